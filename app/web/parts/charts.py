"""Bars of a chart, as plain numbers that a template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from app.bars import Area, Place, places

AREA = Area(1000, 240, 0.2)
STEPS = (1, 2, 2.5, 5, 10)
LINES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar's place, and what a reader is told of it."""

    at: Place
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under a scale of round numbers."""

    bars: tuple[Bar, ...]
    top: float
    labels: tuple[str, ...]
    """The first, the middle and the last label below the bars."""

    @property
    def lines(self) -> tuple[float, ...]:
        """The heights of the lines behind the bars."""
        return tuple(AREA.height * step / LINES for step in range(LINES + 1))


def bar_chart(points: Sequence[tuple[str, str, Decimal]], chosen: int | None = None) -> Chart:
    """Lay out points (label, title, value) as bars; `chosen` is the place of one to stress."""
    top = _round_up(float(max((value for _, _, value in points), default=Decimal(0))))
    found = places([float(value) for _, _, value in points], top, AREA)
    bars = [
        Bar(at, title, index == chosen)
        for index, (at, (_, title, _)) in enumerate(zip(found, points, strict=True))
    ]
    ends = sorted({0, len(points) // 2, len(points) - 1}) if points else []
    return Chart(tuple(bars), top, tuple(points[index][0] for index in ends))


def _round_up(most: float) -> float:
    """Return the least round number that is not below, in four equal steps."""
    if most <= 0:
        return 1.0
    step = most / LINES
    power = 10.0 ** floor(log10(step))
    return LINES * power * next(each for each in STEPS if each * power >= step - 1e-9 * ceil(step))
