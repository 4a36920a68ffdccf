"""Writes templates into a database. Start with `load`."""
