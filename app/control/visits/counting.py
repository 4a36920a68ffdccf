"""Counts what the requests of a visit did, once they have succeeded.

A view or a service says what it does with `note_deed` and `note_part`. It is written after the
answer is made, so that what was undone is not counted.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock
from uuid import UUID

import structlog
from flask import Flask, Response, g, has_request_context
from sqlalchemy.exc import SQLAlchemyError

from app.control.sessions.caller import find_caller
from app.control.visits.figures import VisitRecords

log = structlog.get_logger(__name__)

REMEMBERED = 20_000
"""Parts that a process remembers to have been seen: it writes these no more."""
FIRST_REFUSAL = 400
_KEY = "visit_notes"


@dataclass(slots=True)
class _Notes:
    deeds: list[tuple[str, Decimal]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


def note_deed(name: str, amount: Decimal = Decimal(0)) -> None:
    """Say that the present request did something, and what it came to; outside of one, nothing."""
    if has_request_context():
        _notes().deeds.append((name, amount))


def note_part(name: str) -> None:
    """Say that the present request showed a part of the demo."""
    _notes().parts.append(name)


def _notes() -> _Notes:
    if _KEY not in g:
        setattr(g, _KEY, _Notes())
    notes: _Notes = g.get(_KEY)
    return notes


class Counting:
    """Writes the notes of requests that succeeded."""

    def __init__(self, records: VisitRecords) -> None:
        self._records = records
        self._seen: OrderedDict[tuple[UUID, str], None] = OrderedDict()
        self._lock = Lock()

    def look(self, response: Response) -> Response:
        """Count what this request did. A failure is logged: the figures are no one's data."""
        caller = find_caller() if _KEY in g else None
        if caller is None or response.status_code >= FIRST_REFUSAL or not caller.may_change:
            return response
        notes = _notes()
        try:
            for deed, amount in notes.deeds:
                self._records.count(caller.session, deed, amount)
            for part in notes.parts:
                if self._is_new(caller.session, part):
                    self._records.see(caller.session, part)
        except SQLAlchemyError as error:
            log.warning("visit not counted", action="visit_failed", error=type(error).__name__)
        return response

    def _is_new(self, session: UUID, part: str) -> bool:
        with self._lock:
            if (session, part) in self._seen:
                return False
            self._seen[session, part] = None
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return True


def init_counting(app: Flask, records: VisitRecords) -> None:
    """Have an application count what its visitors do."""
    app.after_request(Counting(records).look)
