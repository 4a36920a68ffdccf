"""The suite: fast tests first; see the README."""
