"""A visit: the landing page, opening a session, and what a visitor does with it."""
