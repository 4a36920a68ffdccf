"""What a command does with a kept plan and without a server."""

import argparse

from ..plan import ClonePlan
from .commands import Misuse, tell_plan
from .files import read_file


def show_kept(options: argparse.Namespace) -> bool:
    """Show the plan that is kept in a file."""
    try:
        made = ClonePlan.from_json(read_file(options.plan))
    except ValueError as error:
        raise Misuse(f"{options.plan}: {error}") from error
    if made.source != options.source:
        raise Misuse(f"the plan in {options.plan} clones {made.source!r}, not {options.source!r}")
    if options.output:
        raise Misuse("--output keeps a plan that is compiled: leave out --plan")
    return tell_plan(made, options)
