"""Prospect links: `/d/<code>` opens a demo that marketing prepared. Start with `service`."""
