"""What the bakery buys."""
