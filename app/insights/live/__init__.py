"""What operators see of this moment, and what they do to sessions.

Read `now` first; `actions` does things, each written down, `failures` remembers errors.
"""
