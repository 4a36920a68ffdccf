"""The command line of the benchmarks: a table on screen, JSON and curves under `build/bench/`."""

import argparse
import sys
from types import ModuleType

from tests.bench import (
    cloning,
    commands,
    crowd,
    events,
    gateway,
    kubernetes,
    lifecycle,
    lists,
    living,
    pages,
    transfer,
    visits,
)

PLAIN = (transfer, living, lists, pages, commands, gateway, kubernetes, visits, events)
"""Benchmarks that take no other option."""


def main() -> int:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    quick = argparse.ArgumentParser(add_help=False)
    quick.add_argument("--quick", action="store_true", help="fewer of everything; a minute or two")
    benches = parser.add_subparsers(dest="bench", required=True)
    of_clones = benches.add_parser("cloning", parents=[quick], help=cloning.__doc__)
    of_clones.add_argument("--full", action="store_true", help="up to 300 MB and 1,000 schemas")
    of_life = benches.add_parser("lifecycle", parents=[quick], help=lifecycle.__doc__)
    of_life.add_argument("--cycles", type=int, help="create/destroy cycles; 10000, quick 200")
    of_life.add_argument("--only", nargs="+", choices=lifecycle.PARTS, help="only these parts")
    for module in PLAIN:
        benches.add_parser(_name(module), parents=[quick], help=module.__doc__)
    of_crowds = benches.add_parser("crowd", parents=[quick], help=crowd.__doc__)
    of_crowds.add_argument("--only", nargs="+", help="only these attacks, by their names")
    of_crowds.add_argument("--seconds", type=float, help="of each attack; 60, quick 6")
    options = parser.parse_args()
    match options.bench:
        case "cloning":
            cloning.run(options.quick, options.full)
        case "lifecycle":
            lifecycle.run(options.quick, options.cycles, options.only)
        case "crowd":
            crowd.run(options.quick, options.only, options.seconds)
        case name:
            next(module for module in PLAIN if _name(module) == name).run(options.quick)
    return 0


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


if __name__ == "__main__":
    sys.exit(main())
