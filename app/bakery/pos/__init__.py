"""The point of sale."""
