"""The command line: `python -m schema_tools`. `arguments` reads it, `commands` carry it out."""

from .arguments import build_parser, main

__all__ = ["build_parser", "main"]
