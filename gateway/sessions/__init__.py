"""Who sends a request: credentials, tokens and session records. Start with `authenticator`."""
