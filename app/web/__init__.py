"""The demo's pages: landing, back office and API reference. Start with `routes`."""
