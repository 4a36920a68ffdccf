"""The request and its answer: path, method, headers, origin, log context.

Read `paths` first: everything else judges what it has brought into one spelling.
"""
