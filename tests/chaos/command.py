"""What the suite's command lines have in common."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from random import SystemRandom


def read_options(parser: ArgumentParser) -> Namespace:
    """Read the arguments, with a seed of chance where none is given; from now on SIGTERM is an end.

    What was started is then ended, too.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser.add_argument("--seed", type=int, help="what an earlier run printed")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = SystemRandom().randrange(10**6)
    return options


def say(text: str, end: str = "\n") -> None:
    """Print at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()
