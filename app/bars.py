"""Lays out the bars of a chart, for operators' pages and a demo's alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """A chart's size in its own units; `gap` is the share of a bar's place that stays empty."""

    width: int
    height: int
    gap: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bar is, from the top left corner."""

    x: float
    y: float
    width: float
    height: float


def places(values: Sequence[float], top: float, area: Area) -> Iterator[Place]:
    """Give each value's place, from the left; one of `top` is as high as the chart."""
    step = area.width / max(1, len(values))
    for index, value in enumerate(values):
        height = round(area.height * value / top, 1)
        x, width = round((index + area.gap / 2) * step, 1), round(step * (1 - area.gap), 1)
        yield Place(x, round(area.height - height, 1), width, height)
