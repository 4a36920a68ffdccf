"""The visitor as a member of the bakery's team: its owner."""
