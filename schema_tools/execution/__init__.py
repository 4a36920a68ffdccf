"""Runs a clone plan on a server. Start with `executor`."""
