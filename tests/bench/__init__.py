"""Benchmarks of the running system: `python -m tests.bench lifecycle [--quick]`."""
