"""Customers: their conditions, and what they get every week. Start with `service`.

Their routes stand with those of the orders, whose module they belong to.
"""
