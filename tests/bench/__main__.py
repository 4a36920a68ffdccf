"""The command line of the benchmarks: a table on screen, JSON and curves under `build/bench/`."""

import argparse
import sys

from tests.bench import lifecycle

BENCHES = {"lifecycle": lifecycle.run}


def main() -> int:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--quick", action="store_true", help="fewer of everything; a minute or two")
    parser.add_argument("--cycles", type=int, help="create/destroy cycles; default 1000, quick 200")
    parser.add_argument(
        "--only", nargs="+", choices=lifecycle.PARTS, help="measure only these parts"
    )
    options = parser.parse_args()
    BENCHES[options.bench](options.quick, options.cycles, options.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
