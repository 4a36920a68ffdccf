"""The figures of a visit, kept in the metadata of its session's row: they go with the row.

They are counted as things happen, since after the end the visit's schema is dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "visits")
_COUNT, _SEE = _SQL["count_deed"], _SQL["see_part"]


@dataclass(frozen=True, slots=True)
class Deeds:
    """How often something was done, and what it came to."""

    times: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class VisitFigures:
    """What was done in a visit, by name, and which parts of the demo were seen."""

    deeds: Mapping[str, Deeds] = field(default_factory=dict)
    seen: tuple[str, ...] = ()


NOTHING_DONE = VisitFigures()


def figures_in(metadata: dict[str, Any]) -> VisitFigures:
    """Return what the metadata of a session's row keep of its figures."""
    kept = metadata.get("visit", {})
    deeds = {
        name: Deeds(each["times"], Decimal(str(each["amount"])))
        for name, each in kept.get("deeds", {}).items()
    }
    return VisitFigures(deeds, tuple(kept.get("seen", ())))


class VisitRecords:
    """Writes the figures of sessions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, session: UUID, deed: str, amount: Decimal) -> None:
        """Count one deed, which came to an amount."""
        with self._engine.begin() as connection:
            connection.execute(_COUNT, {"id": session, "deed": deed, "amount": amount})

    def see(self, session: UUID, part: str) -> None:
        """Keep that a part of the demo was seen; once is enough."""
        with self._engine.begin() as connection:
            connection.execute(_SEE, {"id": session, "part": part})
