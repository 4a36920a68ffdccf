"""The database connections: engines, what they may see, and the logins they use.

Start with `engines`; `isolation` says what keeps tenants apart. `app.db` builds on them.
"""
