"""The command line: `python -m tests.chaos.week [--seed N] [--days 7] [--visitors 6]`."""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from tests.chaos.command import read_options, say
from tests.chaos.crowd.watch import memory_mb
from tests.chaos.report import write
from tests.chaos.runner import Run, visitors_at_work
from tests.chaos.stack import Stack, running_stack
from tests.chaos.week.checkers import ALL, EVENTS_DAYS, MEGABYTE, RETENTION_DAYS, Day
from tests.chaos.week.follow import follow
from tests.chaos.week.moved_clock import MovedClock
from tests.chaos.week.report import KEPT
from tests.conftest import scratch_directory

MOVE_SECONDS = 30 * 60
MOVES = 24 * 3600 // MOVE_SECONDS
"""So many make a day."""
WORK_SECONDS = 2.0
LONGEST_MOVES = 6
"""After so many moves a session is over, whatever extensions it had: three hours."""
ROTATED_AFTER = (2, 4)
"""After these days every secret of tokens is replaced, and all processes start again."""


def main() -> None:
    """Let a week pass; exit 1 if an invariant was violated."""
    options = _options()
    seed = options.seed
    say(f"seed {seed}, {options.visitors} visitors, {options.days} days of {MOVES} moves")
    began, days = time.monotonic(), []
    with scratch_directory("week-") as home:
        clock = MovedClock(home / "clock")
        follow(clock.file)
        settings = clock.environment() | {
            "DEMO_EVENTS_DAYS": str(EVENTS_DAYS),
            "DEMO_RETENTION_DAYS": str(RETENTION_DAYS),
        }
        with (
            clock.for_servers(),
            running_stack(home, **settings) as stack,
            visitors_at_work(stack, seed, options.visitors, pause=0.3) as run,
        ):
            stack.environment["TENANT_SECRET"] = stack.environment["JWT_SECRET"]
            for number in range(1, options.days + 1):
                days.append(_day(run, clock))
                say(f"day {number}: {days[-1]}")
                for sentence in days[-1].violations:
                    say(f"  VIOLATION {sentence}")
                if number in ROTATED_AFTER:
                    rotate(stack, number)
                    say("the secrets are others now")
            told = _report(run, days, round((time.monotonic() - began) / 60))
    if options.days == 7:
        KEPT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        write()
    sys.exit(1 if any(day.violations for day in days) else 0)


def rotate(stack: Stack, number: int) -> None:
    """Replace the secret of tokens; the one before is believed on. All processes start again."""
    names = stack.environment
    names["JWT_SECRET_PREVIOUS"] = names["JWT_SECRET"]
    names["JWT_SECRET"] = f"the secret of tokens after {number} days of the week"
    stack.stop_processes()
    stack.start_processes()
    stack.wait_until_ready()


def _day(run: Run, clock: MovedClock) -> Day:
    """Let a day pass; return what it showed once things have settled."""
    history = run.history
    sessions, written = len(history.visits), history.acknowledged.total()
    requests, failed = sum(history.requests.values()), len(history.failures)
    over = 0
    for number in range(MOVES):
        if number == MOVES - LONGEST_MOVES:
            over = len(history.visits)
        run.gate.is_open.set()
        time.sleep(WORK_SECONDS)
        run.pause()
        clock.move(MOVE_SECONDS)
    for visit in history.visits[:over]:
        visit.over = "the clock"  # whether its visitor was told or not
    began = time.monotonic()
    violations = run.settle(ALL)
    failures = history.failures[failed:]
    return Day(
        datetime.now(UTC).date().isoformat(),
        len(history.visits) - sessions,
        history.acknowledged.total() - written,
        sum(history.requests.values()) - requests,
        dict(Counter(each.kind for each in failures)),
        violations,
        round(time.monotonic() - began, 1),
        *_sizes(run.stack),
    )


def _sizes(stack: Stack) -> tuple[float, float, float]:
    """Return the megabytes of the catalog, of the logs, and of our processes."""
    with stack.database() as database:
        (catalog,) = database.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
            " WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'"
        ).fetchone() or (0,)
    running = [process for role in stack.processes().values() for process in role]
    sizes = (int(str(catalog)) / MEGABYTE, stack.log_bytes() / MEGABYTE)
    return round(sizes[0], 1), round(sizes[1], 1), memory_mb(running)


def _report(run: Run, days: list[Day], minutes: int) -> dict[str, Any]:
    return {
        "seed": run.seed, "visitors": len(run.visitors), "minutes": minutes,
        "moves": MOVES * len(days), **run.totals(), "days": [asdict(day) for day in days],
    }  # fmt: skip


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.chaos.week", description=__doc__)
    parser.add_argument("--days", type=int, default=7, help="how many; default: 7")
    parser.add_argument("--visitors", type=int, default=6, help="how many; default: 6")
    return read_options(parser)


if __name__ == "__main__":
    main()
