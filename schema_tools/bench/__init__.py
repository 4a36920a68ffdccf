"""Benchmarks of cloning, side by side with other ways to copy a schema."""

from .run import Options, run_benchmarks

__all__ = ["Options", "run_benchmarks"]
