"""Figures of a benchmark: medians and percentiles, JSON, and curves as SVG."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, TypeVar

from rich.console import Console

BUILD = Path(__file__).parents[2] / "build" / "bench"
WIDTH, HEIGHT, EDGE = 640, 320, 56
COLOURS = ("#8a4b08", "#1f6f8b", "#4c8c2b", "#a23b72", "#666666", "#c2821a")
LINE = 14
MOST_MARKS = 8
TELL_SECONDS = 5
T = TypeVar("T")


def timed(call: Callable[[], object]) -> float:
    """Milliseconds that a call takes."""
    started = perf_counter()
    call()
    return (perf_counter() - started) * 1000


def counted(things: Sequence[T], title: str) -> Iterator[T]:
    """Iterate, and print the progress every few seconds."""
    console, told = Console(stderr=True), perf_counter()
    for number, thing in enumerate(things, 1):
        yield thing
        if number == len(things) or perf_counter() - told > TELL_SECONDS:
            told = perf_counter()
            console.print(f"  {title}: {number} of {len(things)}", highlight=False)


def summary(milliseconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and how many."""
    ordered = sorted(milliseconds)
    return {
        "median_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
        "n": len(ordered),
    }


def ratio(one: dict[str, float], other: dict[str, float]) -> float:
    """Return the ratio of this median to another one."""
    return round(one["median_ms"] / other["median_ms"], 2)


def machine() -> dict[str, Any]:
    """Return the machine's description and its load."""
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "load_average": [round(value, 2) for value in os.getloadavg()],
    }


def write_json(name: str, figures: dict[str, Any]) -> Path:
    """Write figures for programs."""
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / f"{name}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    return path


def write_curves(
    name: str,
    title: str,
    unit: str,
    curves: dict[str, list[tuple[float, float]]],
    notes: Mapping[str, float] = MappingProxyType({}),
) -> Path:
    """Draw curves over a common axis, both axes from zero; `notes` stand where they happened."""
    points = [point for curve in curves.values() for point in curve]
    right, top = max(x for x, _ in points) or 1.0, max(y for _, y in points) * 1.1 or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        across = EDGE + x / right * (WIDTH - 2 * EDGE - 90)
        return across, HEIGHT - EDGE - y / top * (HEIGHT - 2 * EDGE)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{EDGE}" y="24" font-size="15">{title}</text>',
    ]
    for step in range(5):
        x, y = place(0, top * step / 4)
        lines.append(f'<line x1="{x}" x2="{WIDTH - EDGE - 90}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        value = top * step / 4
        label = f"{value:,.0f}" if top >= 100 else f"{value:.3g}"
        lines.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{label}</text>')
    for x in _marks({x for x, _ in points}):
        across, bottom = place(x, 0)
        lines.append(f'<text x="{across}" y="{bottom + 18}" text-anchor="middle">{x:g}</text>')
    for number, (note, x) in enumerate(notes.items()):
        across, high = place(x, top)
        low = place(x, 0)[1]
        line = high + 10 + LINE * (number % 2)  # the next one may be near
        lines.append(
            f'<line x1="{across:.1f}" x2="{across:.1f}" y1="{high}" y2="{low}" stroke="#999"'
            ' stroke-dasharray="3 3"/>'
        )
        lines.append(f'<text x="{across + 4:.1f}" y="{line}" fill="#666">{note}</text>')
    heights = _apart({label: place(*curve[-1])[1] for label, curve in curves.items()})
    for (label, curve), colour in zip(curves.items(), COLOURS, strict=False):
        path = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in curve)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = place(*curve[-1])[0] + 6, heights[label] + 4
        lines.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{label}</text>')
    lines.append(f'<text x="{EDGE}" y="{HEIGHT - 12}">{unit}</text></svg>')
    BUILD.mkdir(parents=True, exist_ok=True)
    path_out = BUILD / f"{name}.svg"
    path_out.write_text("\n".join(lines) + "\n")
    return path_out


def _marks(found: set[float]) -> list[float]:
    """Return where the axis has numbers: at each point, or at round ones where there are many."""
    if len(found) <= MOST_MARKS:
        return sorted(found)
    right = max(found)
    steps = (digit * 10.0**power for power in range(-3, 9) for digit in (1, 2, 5))
    step = next(each for each in steps if right / each <= MOST_MARKS)
    return [step * number for number in range(int(right / step) + 1)]


def _apart(heights: dict[str, float]) -> dict[str, float]:
    """Return positions for the curves' names that do not overlap."""
    placed: dict[str, float] = {}
    free = float("inf")
    for label, height in sorted(heights.items(), key=lambda item: -item[1]):
        placed[label] = min(height, free)
        free = placed[label] - LINE
    return placed
