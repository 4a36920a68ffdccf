"""Writes docs/reliability.md from the experiments, the checkers, and what the last run saw."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.chaos.checkers import CHECKERS
from tests.chaos.experiments import EXPERIMENTS
from tests.chaos.experiments.model import Experiment
from tests.fixtures.live import ROOT

PAGE = ROOT / "docs" / "reliability.md"
KEPT = Path(__file__).parent / "last_run.json"
"""What the last whole run saw; the page is made of it."""

HEAD = """# Reliability

What was broken on purpose, how often, what happened, and what is promised. This page is written by
`make chaos` (`python -m tests.chaos`) from what its last run saw; a test compares the two.

Visitors who do everything work all the time: pages and API, sales, orders, adjustments, resets,
extensions, ends, and addresses that they leave. Each write has an `Idempotency-Key` and is sent
again until its answer is clear, and the visitor remembers what was acknowledged. An experiment
breaks something under them. Once things have settled, the invariants below are read from Postgres
and Redis themselves. A seed says what is broken and what visitors do, though not how their requests
interleave: `python -m tests.chaos --seed N` does the same things again.
"""
NOT_PROMISED = """
## What is not promised

- A request that is in hand when its process is killed gets no answer. Sent again with the same
  `Idempotency-Key` it acts once; without a key it may act twice.
- Events and counts of requests that wait in Redis are lost when Redis loses its data: figures of
  visits may be too low, never too high. Sessions, writes, leads and webhooks are in Postgres.
- A webhook may arrive more than once; its id tells.
- Postgres has one server. While it is away nothing can be read or written, and answers are 503 with
  `Retry-After`. What a machine that loses its power keeps is up to Postgres' own `fsync`.
- Times to recover are of one machine that runs everything, and no limit is asserted for them.
- Not tried: a replica that takes over, clocks that differ between machines, faults of a
  Kubernetes control plane beyond those of `tests/integration/kubernetes`.
"""


ELSEWHERE = """## Tried by other tests

These run in `make test`, not in this suite:

- 135 hostile requests over raw sockets: smuggling, chunks, folded and overlong headers, broken
  bodies. None gets a 5xx that HTTP does not have for it, or a second answer
  (`tests/chaos/test_hostile.py`, the requests in `tests/chaos/hostile.toml`).
- Backup and restore, with roles and without, and to a newer Postgres
  (`tests/acceptance/test_backup.py`).
- What the release before left: its jobs, records and tables
  (`tests/integration/control/test_next_release.py`, `test_task_queue.py`).
- Failing Jobs, pods, images, quotas and the API of Kubernetes (`tests/integration/kubernetes`).
- A clone that is interrupted in each of its phases
  (`tests/integration/schema_tools/test_interruptions.py`).
- Logins that a tenant tampered with (`tests/integration/isolation/test_planted_login.py`).
- A destroyed session under a Redis that loses, delays and reorders
  (`tests/integration/control/test_destroyed_sessions.py`).
"""


def write_page(run: dict[str, Any], experiments: Sequence[Experiment] = EXPERIMENTS) -> str:
    """Return the page for a run."""
    lines = [HEAD, "## The last run", "", _last_run(run), "", "## Invariants", ""]
    lines += ["| name | what holds |", "|---|---|"]
    lines += [f"| {checker.name} | {checker.holds} |" for checker in CHECKERS]
    lines += ["", "## Experiments", ""]
    for part in dict.fromkeys(experiment.part for experiment in experiments):
        lines += [f"### {part}", "", *_table(run, [e for e in experiments if e.part == part]), ""]
    return "\n".join(lines).rstrip() + f"\n\n{ELSEWHERE}{NOT_PROMISED}"


def _last_run(run: dict[str, Any]) -> str:
    trials = run["results"]
    broken = sum(trial["done"] for trial in trials)
    wrong = sum(len(trial["violations"]) for trial in trials)
    answers = ", ".join(f"{count:,} {kind}" for kind, count in run["answers"].items())
    return (
        f"On {run['day']}, seed {run['seed']}, {run['visitors']} visitors for {run['minutes']} "
        f"minutes: {len(trials)} trials, in which {broken} things were broken. "
        f"{run['sessions']:,} sessions were opened, {run['acknowledged']:,} writes acknowledged, "
        f"and {run['requests']:,} requests answered ({answers}). "
        f"Violations of an invariant: {wrong}."
    )


def _table(run: dict[str, Any], experiments: Sequence[Experiment]) -> list[str]:
    lines = ["| what is broken | tried | what happened | what is promised |", "|---|---|---|---|"]
    for experiment in experiments:
        trials = [trial for trial in run["results"] if trial["name"] == experiment.name]
        tried = f"{len(trials)} ({sum(trial['done'] for trial in trials)})"
        row = (
            f"**{experiment.name}**: {experiment.does}",
            tried,
            _seen(trials),
            experiment.promise,
        )
        lines.append(f"| {' | '.join(row)} |")
    return lines


def _seen(trials: list[dict[str, Any]]) -> str:
    if not trials:
        return "not in the last run"
    failed: dict[str, int] = {}
    for trial in trials:
        for kind, count in trial["failures"].items():
            failed[kind] = failed.get(kind, 0) + count
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(failed.items())) or "no failure"
    usable = f"usable after {median(trial['usable_after'] for trial in trials):.1f} s"
    wrong = sum(len(trial["violations"]) for trial in trials)
    return f"{told}; {usable}; {wrong or 'no'} violation{'s' if wrong > 1 else ''}"


def keep(run: dict[str, Any]) -> None:
    """Keep what a whole run saw, and write the page from it."""
    KEPT.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(write_page(run))
