"""The demo session service: opens sessions, gives each a tenant from the pool, and ends them.

Start with `sessions.service` for what a request does, with `transitions` for the states of tenants
and sessions, and with `services` for how the parts are put together. `sql/` has the statements.
"""
