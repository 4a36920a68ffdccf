"""Notices what a visitor has done for the first time, by a page or by the API alike.

A request is compared with one pattern. Only the first success of a deed writes, and a process
remembers what it has noted.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

from app.control.sessions.caller import SESSION_KEY
from app.control.tours.progress import TourRecords
from app.demo.tours import Tours

log = structlog.get_logger(__name__)

REMEMBERED = 20_000
"""Deeds that a process remembers to have noted: it asks no more for these."""
FIRST_REFUSAL = 400


class Noticing:
    """Looks at each answer to a session's request."""

    def __init__(self, tours: Tours, records: TourRecords) -> None:
        self._tours = tours
        self._records = records
        self._noted: OrderedDict[tuple[UUID, str], None] = OrderedDict()
        self._lock = Lock()

    def look(self, response: Response) -> Response:
        """Note the deed that a successful request of a session is, if it is the first time."""
        record: Any = request.environ.get(SESSION_KEY)
        if (
            record is None
            or getattr(record, "access", "own") == "read"
            or response.status_code >= FIRST_REFUSAL
        ):
            return response
        deed = self._tours.find_deed(request.method, request.path)
        if deed is not None and self._is_new(record.id, deed):
            self._note(record.id, deed)
        return response

    def _note(self, session: UUID, deed: str) -> None:
        try:
            self._records.note(session, deed)
        except SQLAlchemyError as error:
            # What was asked for is done and answered; the tick comes with the next time.
            with self._lock:
                self._noted.pop((session, deed), None)
            log.warning(
                "deed not noted", action="tour_failed", deed=deed, error=type(error).__name__
            )

    def _is_new(self, session: UUID, deed: str) -> bool:
        with self._lock:
            if (session, deed) in self._noted:
                return False
            self._noted[session, deed] = None
            while len(self._noted) > REMEMBERED:
                self._noted.popitem(last=False)
            return True


def init_noticing(app: Flask, tours: Tours, records: TourRecords) -> None:
    """Have an application notice what its visitors do, if its demo has tours."""
    if tours.deeds:
        app.after_request(Noticing(tours, records).look)
