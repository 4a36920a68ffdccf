"""The pool of demo tenants: how many are ready, which are cloned next. Start with `tenant_pool`."""
