"""The operators' command line. Start with `cli`."""
