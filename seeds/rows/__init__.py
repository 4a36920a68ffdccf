"""Rows that are there before anything happens: people, products, recipes, past sales."""
