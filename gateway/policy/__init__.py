"""What a demo session may do. Start with `rules`."""
