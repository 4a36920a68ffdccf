"""The image, run: every role under runc, as a cluster that trusts nothing would run it.

`make test-image` builds it first. Read `containers.py` first.
"""
