"""Draws what a crowd felt and what the system took, over time, and tells it in a table."""

import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.bench.figures import write_curves
from tests.fixtures.live import ROOT

FIGURES = ROOT / "docs" / "figures"
WINDOW_SECONDS, WIDE_SECONDS = 10, 30
"""Figures of an endpoint need more requests than those of all."""
SHOWN = 5
PERCENTILES = (50, 95, 99)
Curve = list[tuple[float, float]]


@dataclass(frozen=True)
class Row:
    """One answer that a visitor got, or did not get: `at` in seconds from the beginning."""

    at: float
    what: str
    milliseconds: float
    kind: str
    """ok, a status, cut (no answer) or lost (a sale that was acknowledged and is not there)."""


def read_rows(file: Path, began: float) -> list[Row]:
    """Read what `visitors` wrote."""
    with file.open(newline="") as lines:
        return [
            Row(float(at) - began, what, float(milliseconds), kind)
            for at, what, milliseconds, kind in csv.reader(lines)
        ]


def percentiles(milliseconds: Sequence[float]) -> dict[int, float]:
    """Return the 50th, 95th and 99th of them."""
    if len(milliseconds) < 2:
        return dict.fromkeys(PERCENTILES, round(max(milliseconds, default=0.0), 1))
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return {each: round(cuts[each - 1], 1) for each in PERCENTILES}


def table(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return a line for each thing that was asked: how often, percentiles, and what went wrong."""
    asked: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        asked[row.what].append(row)
    return [
        {
            "what": what,
            "count": len(those),
            **{f"p{n}": ms for n, ms in percentiles([row.milliseconds for row in those]).items()},
            "failures": dict(Counter(row.kind for row in those if row.kind != "ok")),
        }
        for what, those in sorted(asked.items(), key=lambda item: -len(item[1]))
    ]


def draw(
    rows: Sequence[Row], samples: Sequence[dict[str, Any]], notes: dict[str, float]
) -> list[Path]:
    """Write five drawings into docs/figures; returns their files."""
    busiest = [line["what"] for line in table(rows)[:SHOWN]]
    kinds = sorted({row.kind for row in rows} - {"ok"}) or ["503"]
    drawn = [
        ("crowd-times", "Answers to a crowd: milliseconds by percentile", _latency(rows)),
        (
            "crowd-endpoints",
            "Answers to a crowd: p95 of what is asked most, milliseconds",
            {what: _p95([row for row in rows if row.what == what]) for what in busiest},
        ),
        (
            "crowd-errors",
            "Refusals and failures in 10 s, by kind",
            {kind: _counts([row for row in rows if row.kind == kind], rows) for kind in kinds},
        ),
        (
            "crowd-system",
            "Ready tenants, sessions and connections",
            {name: [(one["at"], float(one[name])) for one in samples]
             for name in ("ready", "active", "pending", "connections")},
        ),
        (
            "crowd-memory",
            "Memory, MB",
            {name.removesuffix("_mb"): [(one["at"], one[name]) for one in samples]
             for name in ("web_mb", "workers_mb", "postgres_mb")},
        ),
    ]  # fmt: skip
    return [
        _keep(write_curves(name, title, "seconds", curves, notes)) for name, title, curves in drawn
    ]


def _keep(file: Path) -> Path:
    FIGURES.mkdir(exist_ok=True)
    return Path(shutil.copy(file, FIGURES / file.name))


def _windows(rows: Iterable[Row], seconds: int) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[int(row.at // seconds) * seconds].append(row)
    return dict(sorted(found.items()))


def _over_time(rows: Iterable[Row], seconds: int, of: Callable[[list[Row]], float]) -> Curve:
    return [(at, of(those)) for at, those in _windows(rows, seconds).items()]


def _latency(rows: Sequence[Row]) -> dict[str, Curve]:
    return {
        f"p{n}": _over_time(
            rows, WINDOW_SECONDS, lambda those, n=n: percentiles([r.milliseconds for r in those])[n]
        )
        for n in PERCENTILES
    }


def _p95(rows: Sequence[Row]) -> Curve:
    return _over_time(
        rows, WIDE_SECONDS, lambda those: percentiles([row.milliseconds for row in those])[95]
    )


def _counts(rows: Sequence[Row], all_rows: Sequence[Row]) -> Curve:
    found = _windows(rows, WINDOW_SECONDS)
    return [(at, float(len(found.get(at, ())))) for at in _windows(all_rows, WINDOW_SECONDS)]
