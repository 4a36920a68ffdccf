"""What docs/reliability.md says of the last crowd."""

import json
from pathlib import Path
from typing import Any

from tests.chaos.history import in_words

KEPT = Path(__file__).parents[1] / "last_crowd.json"
HEAD = """## A crowd

`python -m tests.chaos.crowd` lets people come by locust, each from an address of their own, with
the limits that the system has by default. They look around, sell, take orders, look for what they
sold, leave and come back as others, and think for 15 s on average between two requests. Meanwhile
one of them hammers, 300 come within 10 s, and 200 sockets send a byte a second. In the end all look
for what they sold and leave at the same moment: the slowest answers are of that one. Then what is
left is judged by the invariants that need no memory of what each did.
"""
DRAWN = {
    "crowd-times": "Milliseconds of all answers by percentile",
    "crowd-endpoints": "The 95th percentile of what is asked most",
    "crowd-errors": "Refusals and failures in 10 s by kind",
    "crowd-system": "Ready tenants, open and waiting sessions, connections of Postgres",
    "crowd-memory": "Memory of web, workers and Postgres",
}


def section() -> list[str]:
    """Return the lines of the page."""
    return _lines(json.loads(KEPT.read_text()))


def _lines(told: dict[str, Any]) -> list[str]:
    most = told["most"]
    lines = [
        HEAD,
        *(f"![{text}](figures/{name}.svg)" for name, text in DRAWN.items()),
    ]
    lines += [
        "",
        f"On {told['day']}, seed {told['seed']}, {told['visitors']} visitors for {told['minutes']}"
        f" minutes on {told['machine']['cpus']} processors, which locust and Postgres shared:"
        f" {told['requests']:,} requests. At most {most['active']} sessions were open and"
        f" {most['pending']} waited; {most['connections']} connections of Postgres; memory (MB) of"
        f" web {most['web_mb']:.0f}, workers and scheduler {most['workers_mb']:.0f}, Postgres"
        f" {most['postgres_mb']:.0f}. Violations of an invariant:"
        f" {len(told['violations'])}.",
        "",
        "| asked | times | p50 ms | p95 ms | p99 ms | failures |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for row in told["table"]:
        lines.append(
            f"| {row['what']} | {row['count']:,} | {row['p50']:.0f} | {row['p95']:.0f} |"
            f" {row['p99']:.0f} | {in_words(row['failures'])} |"
        )
    lines += ["", *(f"- {name}: {_told(what)}" for name, what in told["incidents"].items()), ""]
    return lines


def _told(what: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value or 'none'}" for name, value in what.items()) or "done"
