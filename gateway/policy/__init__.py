"""The policy: which requests a demo session may send.

Read `rules` first; `policy` reads rules from a file and finds the one that decides.
"""
