"""Sends what waits in Postgres to the outside. Start with `mail`."""
