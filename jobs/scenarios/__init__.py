"""Saves sessions as scenarios and deletes them. Start with `working`, which the task calls."""
