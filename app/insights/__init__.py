"""What operations and marketing learn from visits, without personal data.

Read `events/kinds.py` first: every figure comes from the events that it declares.
"""
