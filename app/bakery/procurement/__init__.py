"""Purchasing: suggestions, runs and purchase orders."""
