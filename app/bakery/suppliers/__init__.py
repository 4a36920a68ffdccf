"""Who the bakery buys from."""
