"""Bars of a chart, as plain numbers that a template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 200
GAP = 0.15
"""Share of a bar's place that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the chart's own units, and what it says."""

    x: float
    y: float
    width: float
    height: float
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
    place = WIDTH / max(1, len(points))
    bars = []
    for index, (_, title, value) in enumerate(points):
        height = round(HEIGHT * value / top, 1)
        x, width = round((index + GAP / 2) * place, 1), round(place * (1 - GAP), 1)
        bars.append(Bar(x, round(HEIGHT - height, 1), width, height, title))
    first, last = (points[0][0], points[-1][0]) if points else ("", "")
    return Chart(tuple(bars), top, first, last)
