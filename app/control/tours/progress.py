"""How far a session is in its tour, kept in the metadata of its row.

A page reads the session's row anyway, so that progress costs no query of its own. It goes with
the row, and Redis knows nothing of it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "tours")
_NOTE, _MOVE = _SQL["note_deed"], _SQL["move_tour"]


class TourState(StrEnum):
    """What a visitor makes of the tour."""

    OFFERED = "offered"
    RUNNING = "running"
    LEFT = "left"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class TourProgress:
    """The state of a session's tour, the step that it is at, and the deeds that were done."""

    state: TourState = TourState.OFFERED
    step: str = ""
    done: frozenset[str] = frozenset()


NOT_BEGUN = TourProgress()


def progress_in(metadata: dict[str, Any]) -> TourProgress:
    """Return what the metadata of a session's row keep of its tour."""
    kept = metadata.get("tour")
    if not kept:
        return NOT_BEGUN
    state = TourState(kept.get("state", TourState.OFFERED.value))
    return TourProgress(state, kept.get("step", ""), frozenset(kept.get("done", ())))


class TourRecords:
    """Writes the progress of sessions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, session: UUID, deed: str) -> bool:
        """Note that something was done; return False if it was noted before."""
        with self._engine.begin() as connection:
            noted = connection.execute(_NOTE, {"id": session, "deed": deed})
            return noted.one_or_none() is not None

    def move(self, session: UUID, state: TourState, step: str) -> None:
        """Keep the state of a session's tour and the step that it is at."""
        with self._engine.begin() as connection:
            connection.execute(_MOVE, {"id": session, "state": state.value, "step": step})
