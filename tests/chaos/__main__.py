"""The command line: `python -m tests.chaos [--seed N] [--minutes 20] [--only NAME …]`.

`--long` is two hours. A run of everything writes docs/reliability.md.
"""

import json
import shutil
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.chaos.command import read_options, say
from tests.chaos.disk import small_disk
from tests.chaos.experiments import EXPERIMENTS
from tests.chaos.experiments.model import Experiment
from tests.chaos.report import keep
from tests.chaos.runner import Result, Run, visitors_at_work
from tests.chaos.stack import running_stack
from tests.conftest import scratch_directory
from tests.fixtures.live import ROOT

FILE = ROOT / "build" / "chaos" / "run.json"
ACTIONS_PER_SECOND = 12
"""What two processors do for visitors with Postgres, and the visitors, on them."""
LONG_MINUTES = 120
SLOW_SECONDS = 20
"""Of what settles no sooner the run says what it was."""


def main() -> None:
    """Break things until the time is over; exit 1 if an invariant was violated."""
    options = _options()
    seed = options.seed
    minutes, visitors = LONG_MINUTES if options.long else options.minutes, options.visitors
    chosen = [e for e in EXPERIMENTS if not options.only or e.name in options.only]
    say(f"seed {seed}, {visitors} visitors, {minutes:g} minutes, {len(chosen)} experiments")
    began = time.monotonic()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with scratch_directory("chaos-") as home, small_disk(home), running_stack(home) as stack:
        say(f"the system runs at {stack.url} after {time.monotonic() - began:.0f} s")
        with visitors_at_work(stack, seed, visitors, visitors / ACTIONS_PER_SECOND) as run:

            def note() -> None:
                told = report_of(run, round((time.monotonic() - began) / 60))
                FILE.write_text(json.dumps(told, indent=1) + "\n")

            failure = break_things(run, chosen, began + 60 * minutes, note)
        shutil.copy(stack.log, FILE.parent)
    if failure:
        say(f"STOPPED {failure}")
    elif not options.only:
        keep([json.loads(FILE.read_text())])
    wrong = sum(len(result.violations) for result in run.results)
    say(f"{len(run.results)} trials, {run.history.acknowledged.total()} writes, {wrong} violations")
    sys.exit(1 if wrong or failure or any(result.stopped for result in run.results) else 0)


def report_of(run: Run, minutes: int) -> dict[str, Any]:
    """Return what a run saw, for the page; it is kept after each trial, as a run may be ended."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "seed": run.seed,
        "visitors": len(run.visitors),
        "minutes": minutes,
        **run.totals(),
        "results": [asdict(result) for result in run.results],
    }


def break_things(run: Run, chosen: list[Experiment], end: float, note: Callable[[], None]) -> str:
    """Do the experiments in an order of the seed's, each once and then until the time is over.

    Returns what stopped it before; nothing if nothing did.
    """
    random = Random(run.seed)
    while True:
        for experiment in random.sample(chosen, len(chosen)):
            if len(run.results) >= len(chosen) and time.monotonic() > end:
                return ""
            try:
                tell(run.perform(experiment, around=2.0))
                note()
            except Exception as error:  # what else was seen is told all the same
                return f"{experiment.name}: {type(error).__name__}: {error}"


def _last(result: Result) -> str:
    """Say what took so long to settle."""
    if result.settled_after < SLOW_SECONDS:
        return ""
    return f", at last: {'; '.join(result.settled_last)}"


def tell(result: Result) -> None:
    """Print what one trial saw."""
    failures = ", ".join(f"{count} {kind}" for kind, count in result.failures.items()) or "none"
    say(
        f"{result.name}: {result.done} broken, {result.acknowledged} writes, failures: {failures}; "
        f"usable after {result.usable_after} s, settled after {result.settled_after} s"
        f"{_last(result)}"
    )
    if result.stopped:
        say(f"  stopped: {result.stopped}")
    for sentence in result.violations:
        say(f"  VIOLATION {sentence}")


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="how long; default: 20")
    parser.add_argument("--visitors", type=int, default=50, help="how many; default: 50")
    parser.add_argument("--long", action="store_true", help="two hours")
    parser.add_argument("--only", nargs="*", default=[], help="names of experiments")
    return read_options(parser)


if __name__ == "__main__":
    main()
