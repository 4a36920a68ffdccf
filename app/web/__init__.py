"""The demo's pages: in front of a demo, inside one, and what they load. Start with `routes`."""
