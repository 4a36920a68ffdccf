"""The operators' pages, behind their password. Start with `routes`."""
