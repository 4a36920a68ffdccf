"""Recipes, with their ingredients, costs and margins."""
