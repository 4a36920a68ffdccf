"""Recordings: a visit as its steps, and what many visits open when. Never what was typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from app.insights.figures.cells import FEWEST, Cell
from app.sql_blocks import load_statements

_SQL = load_statements("app.insights", "recordings")

MOST_STEPS = 1200
PER_PAGE = 50
PAUSE_SECONDS = 15
"""A pause is shown from so long."""
BOUNDS = (0, 60, 180, 600, 1200)
"""Seconds after the beginning, where the classes of the heat begin."""
CLASSES = ("1st minute", "to 3 min", "to 10 min", "to 20 min", "later")
HEAT_DAYS = 7

WHAT = ("module", "step", "by", "reason")
"""Fields of which the first that an event has says what it was about."""
SENTENCES = {
    "created": "opened the demo",
    "opened_module": "opened",
    "acted": "did something in",
    "sold": "sold in",
    "ordered": "ordered in",
    "tour_step": "tour",
    "extended": "extended the session",
    "reset": "began again",
    "shared": "shared the session",
    "refused": "was refused:",
    "left_contact": "left a contact",
    "converted": "became a customer",
    "expired": "ended by the clock",
    "ended": "ended",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, after which pause, what, where, and what came of it."""

    at: datetime
    offset: float
    pause: float
    sentence: str
    module: str
    page: str
    outcome: str

    @property
    def has_pause(self) -> bool:
        """True where the visitor did nothing for a while before it."""
        return self.pause >= PAUSE_SECONDS


@dataclass(frozen=True, slots=True)
class Recording:
    """A visit and its steps."""

    visit: dict[str, Any] | None
    steps: list[Step]


def fetch_recording(engine: Engine, session: UUID) -> Recording | None:
    """Return a visit's recording; None where nothing is known of it, or not any more."""
    with engine.connect() as connection:
        visit = connection.execute(_SQL["visit"], {"session": session}).mappings().one_or_none()
        rows = connection.execute(_SQL["steps"], {"session": session, "most": MOST_STEPS}).all()
    if visit is None and not rows:
        return None
    steps: list[Step] = []
    for row in rows:
        begun = steps[0].at if steps else row.happened_at
        before = steps[-1].at if steps else row.happened_at
        steps.append(_step(row, begun, before))
    return Recording(None if visit is None else dict(visit), steps)


def newest_visits(engine: Engine, page: int) -> list[Any]:
    """Return visits that have steps, the newest first: one more than a page has, if there is."""
    given = {"most": PER_PAGE + 1, "skip": (page - 1) * PER_PAGE}
    with engine.connect() as connection:
        return list(connection.execute(_SQL["newest"], given))


def fetch_heat(engine: Engine) -> dict[str, list[Cell]]:
    """Return for each module in how many visits it was open, by how long after the beginning."""
    given = {"bounds": list(BOUNDS), "days": HEAT_DAYS}
    heat: dict[str, list[Cell]] = {}
    with engine.connect() as connection:
        for module, place, visits in connection.execute(_SQL["heat"], given):
            row = heat.setdefault(module, [Cell(0)] * len(CLASSES))
            row[max(1, place) - 1] = Cell(visits)
    rows = {name: row for name, row in heat.items() if max(cell.count for cell in row) >= FEWEST}
    return dict(sorted(rows.items(), key=lambda item: -sum(cell.shown for cell in item[1])))


def _step(row: Any, begun: datetime, before: datetime) -> Step:
    details = row.details
    return Step(
        at=row.happened_at,
        offset=(row.happened_at - begun).total_seconds(),
        pause=(row.happened_at - before).total_seconds(),
        sentence=SENTENCES.get(row.kind, row.kind),
        module=details.get("module")
        or details.get("step")
        or details.get("by")
        or details.get("reason")
        or "",
        page=details.get("page", ""),
        outcome=details.get("outcome", ""),
    )
