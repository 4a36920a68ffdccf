"""Completes the OpenAPI document that APIFlask writes. Start with `document`."""
