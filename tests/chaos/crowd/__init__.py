"""A crowd of visitors with times to think, who come and go by locust, drawn over time.

`python -m tests.chaos.crowd` starts the whole system with the limits that it has in production,
lets 200 visitors work for ten minutes (`--long`: 1,000), has three things happen to them
(`incidents`), notes what they felt (`visitors`) and what the system took (`watch`), and draws it
(`drawing`).
"""
