"""What is done with lots: drawing from them, counting, moving, throwing away, valuing.

Start with `drawing`: all that changes a lot goes through it, and the ledger with it.
"""
