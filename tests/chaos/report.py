"""Writes docs/reliability.md from the experiments, the checkers, and what the last run saw.

`python -m tests.chaos.report` writes it again, after a change of words. `python -m
tests.chaos.report FILE …` makes it of runs that were kept (`build/chaos/run.json` of each), as of
experiments that were run in groups.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.chaos.checkers import CHECKERS
from tests.chaos.crowd import report as crowd
from tests.chaos.experiments import EXPERIMENTS
from tests.chaos.experiments.model import Experiment
from tests.chaos.history import in_words
from tests.chaos.repairs import KEPT as KEPT_REPAIRS
from tests.chaos.repairs import REPAIRS
from tests.chaos.week import report as week
from tests.fixtures.live import ROOT

PAGE = ROOT / "docs" / "reliability.md"
KEPT = Path(__file__).parent / "last_run.json"
"""What the last whole run saw, or several that were put together; the page is made of it."""

SHOWN = 3
ID = re.compile("(?:demo_|mm_)?[0-9a-f]{8}-?[0-9a-f-]{20,}")
REPAIRED = """## Repairs that were taken out

Weak spots that were found by hand were repaired. Does the suite find them? `python -m
tests.chaos.repairs` takes each repair out in a copy of the project and does the experiment there.
"""
HEAD = """# Reliability

What was broken on purpose, how often, what happened, and what is promised. This page is written by
`make chaos` (`python -m tests.chaos`) from what it saw; a test compares the two.

Visitors who do everything work all the time: pages, their forms and the API, sales, orders,
adjustments, resets, extensions, ends, and addresses that they leave. Each write has a key of its
own and is sent again until its answer is clear, and the visitor remembers what was acknowledged.
An experiment breaks something under them. Once things have settled, the invariants below are read
from Postgres and Redis themselves. A seed says what is broken and what visitors do, though not how
their requests interleave: `python -m tests.chaos --seed N` does the same things again.
"""
NOT_PROMISED = """
## What is not promised

- A request that is in hand when its process is killed gets no answer. Sent again with the same
  `Idempotency-Key` it acts once; without a key it may act twice.
- Events and counts of requests that wait in Redis are lost when Redis loses its data: figures of
  visits may be too low, never too high. Sessions, writes, leads and webhooks are in Postgres.
- A webhook may arrive more than once; its id tells.
- While Postgres is away nothing can be read or written, and answers are 503 with `Retry-After`.
  What a machine that loses its power keeps is up to Postgres' own `fsync`; what a replica has that
  takes over is up to `synchronous_standby_names`.
- Times to recover are of one machine that runs everything, and no limit is asserted for them.
- Not tried: a real control plane of Kubernetes, whose double fails here in the ways that we know
  of, and a disk that is slow to read. Clocks differ between Postgres, Redis and all of ours, not
  between two of our own processes: libfaketime stops them. What says "not in the last run" may
  never have been tried.
"""


ELSEWHERE = """## Tried by other tests

These run in `make test`, not in this suite:

- 135 hostile requests over raw sockets: smuggling, chunks, folded and overlong headers, broken
  bodies. None gets a 5xx that HTTP does not have for it, or a second answer
  (`tests/chaos/test_hostile.py`, the requests in `tests/chaos/hostile.toml`).
- Backup and restore, with roles and without, and to a newer Postgres: sessions go on, and what was
  lost is made again (`tests/acceptance/test_backup.py`).
- What the release before left: its jobs, records and tables
  (`tests/integration/control/test_next_release.py`, `test_task_queue.py`).
- Kubernetes, on a strict double of its API (`tests/integration/kubernetes`): Jobs that fail, are
  deleted or exceed their deadline, images that cannot be pulled, lost nodes, no room, quotas, an
  API that refuses, hangs or is away, pods that are killed. `tests/cluster` does a visit, a Job
  and the account's rights on a real cluster, where `KUBECONFIG` names one.
- Templates and tenants that are brought forward over a day, a midnight and the night on which the
  clocks go back (`tests/integration/test_living.py`).
- 200 slow sockets, and visitors who hammer: a benchmark, `python -m tests.bench crowd`.
- A clone that is interrupted in each of its phases
  (`tests/integration/schema_tools/test_interruptions.py`).
- Logins that a tenant tampered with (`tests/integration/isolation/test_planted_login.py`).
- A destroyed session under a Redis that loses, delays and reorders
  (`tests/integration/control/test_destroyed_sessions.py`).
"""


def write_page(
    runs: Sequence[dict[str, Any]],
    repairs: dict[str, Any],
    experiments: Sequence[Experiment] = EXPERIMENTS,
) -> str:
    """Return the page for a run, or several, and for repairs that were taken out."""
    trials = [trial for run in runs for trial in run["results"]]
    lines = [HEAD, "## The last run", "", *_last_runs(runs), "", *_kills(trials), ""]
    lines += ["## Invariants", "", "| name | what holds |", "|---|---|"]
    lines += [f"| {checker.name} | {checker.holds} |" for checker in CHECKERS]
    lines += ["", "## Experiments", ""]
    for part in dict.fromkeys(experiment.part for experiment in experiments):
        table = _table(trials, [e for e in experiments if e.part == part])
        lines += [f"### {part}", "", *table, ""]
    lines += [*crowd.section(), *week.section(), REPAIRED, *_repairs(repairs)]
    return "\n".join(lines).rstrip() + f"\n\n{ELSEWHERE}{NOT_PROMISED}"


def _last_runs(runs: Sequence[dict[str, Any]]) -> list[str]:
    """Say what each run was; several are several: their figures are not added up."""
    if len(runs) == 1:
        return [_last_run(runs[0])]
    head = f"Put together from {len(runs)} runs, each of some of the experiments:"
    return [head, "", *(f"- {_last_run(run)}" for run in runs)]


def _kills(trials: Sequence[dict[str, Any]]) -> list[str]:
    killed: Counter[str] = Counter()
    for trial in trials:
        killed.update(trial.get("killed", {}))
    told = ", ".join(f"{what} {count}" for what, count in sorted(killed.items()))
    return [f"Processes of ours that were killed: {killed.total()} ({told})."] if killed else []


def _repairs(kept: dict[str, Any]) -> list[str]:
    lines = ["| without | while | what the suite said |", "|---|---|---|"]
    for repair in REPAIRS:
        seen = kept.get(repair.name)
        found = "; ".join(sorted({_short(each) for each in seen["found"]})[:SHOWN]) if seen else ""
        told = (found or "**not noticed**") if seen else "not tried"
        lines.append(f"| {repair.name} | {repair.experiment} | {told} |")
    return lines


def _short(sentence: str) -> str:
    """Return what is said of any run: the first clause, without ids."""
    told = sentence.removeprefix("VIOLATION ").removeprefix("STOPPED ")
    return ID.sub("…", told).partition(". ")[0].partition("; the log")[0].replace("|", "/")[:120]


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


def _table(seen: Sequence[dict[str, Any]], experiments: Sequence[Experiment]) -> list[str]:
    lines = ["| what is broken | tried | what happened | what is promised |", "|---|---|---|---|"]
    for experiment in experiments:
        trials = [trial for trial in seen if trial["name"] == experiment.name]
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
    told = in_words(failed, "no failure")
    if failed:
        told += f", the slowest after {max(trial['slowest_failure'] for trial in trials):.1f} s"
    usable = f"usable after {median(trial['usable_after'] for trial in trials):.1f} s"
    wrong = sum(len(trial["violations"]) for trial in trials)
    stopped = "".join(f"; stopped: {each}" for trial in trials if (each := trial.get("stopped")))
    return f"{told}; {usable}; {wrong or 'no'} violation{'s' if wrong > 1 else ''}{stopped}"


def keep(runs: Sequence[dict[str, Any]]) -> None:
    """Keep what a whole run saw, or several together did, and write the page from it."""
    KEPT.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")
    write()


def write() -> None:
    """Write the page from what is kept."""
    PAGE.write_text(page())


def page() -> str:
    """Return the page for what is kept."""
    repairs = json.loads(KEPT_REPAIRS.read_text()) if KEPT_REPAIRS.exists() else {}
    return write_page(json.loads(KEPT.read_text()), repairs)


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]] or [KEPT]
    told = [json.loads(file.read_text()) for file in files]
    keep(told[0] if files == [KEPT] else told)
