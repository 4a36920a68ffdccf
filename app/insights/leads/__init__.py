"""People who left an address: kept apart from sessions, encrypted. Start with `service`."""
