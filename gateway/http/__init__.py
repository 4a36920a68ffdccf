"""The request itself: path, headers, origin, log context. Start with `paths`."""
