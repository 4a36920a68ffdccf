"""Selling: the till, tickets, products and what was sold."""
