"""The test suite; docs/contributing.md describes its layers."""
