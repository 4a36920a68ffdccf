"""Limits per session and per address. Start with `guards`."""
