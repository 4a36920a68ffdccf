"""The session service: open, extend, reset and end a visit. Start with `service`."""
