"""Resets a session's data to its template's. Start with `resetting`."""
