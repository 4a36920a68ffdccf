"""Suppliers and their prices."""
