"""Runs the command line: `python -m schema_tools`."""

import sys

from .cli.arguments import main

if __name__ == "__main__":
    sys.exit(main())
