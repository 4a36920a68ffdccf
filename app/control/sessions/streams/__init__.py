"""Event streams: what the pages of a session are told. Start with `event_streams`."""
