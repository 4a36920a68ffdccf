"""What happens in a bakery day by day, as events: tickets, orders, batches, deliveries.

One module a part of the bakery. Start with `chronicle`, which puts them together.
"""
