"""Ingredients, lots, finished products, and every movement of stock."""
