"""Guided tours: how far a session is, and what was done. Start with `progress`."""
