"""What a command does with a kept plan and without a server."""

import argparse
from pathlib import Path

from ..plan import ClonePlan
from .commands import Misuse, tell_plan


def show_kept(options: argparse.Namespace) -> bool:
    """Show the plan that is kept in a file."""
    try:
        made = ClonePlan.from_json(Path(options.plan).read_bytes())
    except ValueError as error:
        raise Misuse(f"{options.plan}: {error}") from error
    if made.source != options.source:
        raise Misuse(f"the plan in {options.plan} clones {made.source!r}, not {options.source!r}")
    if options.output:
        raise Misuse("--output keeps a plan that is compiled: leave out --plan")
    return tell_plan(made, options)
