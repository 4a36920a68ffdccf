"""What operations and marketing learn from visits, and whom they write to.

Read `events/kinds.py` first: every figure comes from the events that it declares, without personal
data. `leads/service.py` keeps the people who left an address, apart from visits.
"""
