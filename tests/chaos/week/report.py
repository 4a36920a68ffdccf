"""What docs/reliability.md says of the last week."""

import json
from pathlib import Path
from typing import Any

from tests.chaos.history import in_words
from tests.chaos.week.checkers import OF_THE_WEEK

KEPT = Path(__file__).parents[1] / "last_week.json"
HEAD = """## A week in an hour

`python -m tests.chaos.week` moves every clock ahead half an hour at a time, of Postgres, Valkey
and all processes, and lets visitors work in between: sessions end by the clock, templates are
renewed each night, rows and events are purged (kept for one and two days here), and after the
second and the fourth day the secret of tokens is replaced. Looked at at the end of each day, beside
the invariants above: partitions, renewals, purges, totals and logs.
"""


def section() -> list[str]:
    """Return the lines of the page."""
    return _lines(json.loads(KEPT.read_text()))


def _lines(told: dict[str, Any]) -> list[str]:
    wrong = sum(len(day["violations"]) for day in told["days"])
    lines = [HEAD, *(f"- **{each.name}**: {each.holds}" for each in OF_THE_WEEK)]
    lines += [
        "",
        f"Seed {told['seed']}, {told['visitors']} visitors, {told['moves']} moves in"
        f" {told['minutes']} minutes: {told['sessions']:,} sessions, {told['acknowledged']:,}"
        f" writes acknowledged, {told['requests']:,} requests answered. Violations of an"
        f" invariant: {wrong}.",
        "",
        "| after | sessions | writes | requests | failures | settled after | catalog MB | logs MB |"
        " processes MB |",
        "|---|--:|--:|--:|---|--:|--:|--:|--:|",
    ]
    for day in told["days"]:
        lines.append(
            f"| {day['day']} | {day['sessions']} | {day['acknowledged']} | {day['requests']:,} |"
            f" {in_words(day['failures'])} | {day['settled_after']} s | {day['catalog_mb']} |"
            f" {day['log_mb']} | {day['memory_mb']} |"
        )
    return [*lines, ""]
