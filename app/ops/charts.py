"""Bars of a chart, as plain numbers that a template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.bars import Area, Place, places

AREA = Area(1000, 200, 0.15)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar's place, and what it says."""

    at: Place
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the left, the highest as high as the chart."""

    bars: tuple[Bar, ...]
    top: int
    first: str
    last: str


def bar_chart(points: Sequence[tuple[str, str, int]]) -> Chart:
    """Lay out points: label, what is said of it, value."""
    top = max((value for _, _, value in points), default=0) or 1
    found = places([value for _, _, value in points], top, AREA)
    bars = [Bar(at, title) for at, (_, title, _) in zip(found, points, strict=True)]
    first, last = (points[0][0], points[-1][0]) if points else ("", "")
    return Chart(tuple(bars), top, first, last)
