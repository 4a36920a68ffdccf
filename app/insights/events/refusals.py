"""Records what a gateway or an application refused: by its reason, and bounded.

Anybody can have requests refused as fast as he sends them, so a minute has room for few such
events of one session, and for few of each reason without a session; `/metrics` counts them all.
"""

import time
from collections import Counter
from collections.abc import Hashable
from threading import Lock
from typing import Any
from wsgiref.types import WSGIEnvironment

from app.insights.events.recorder import EventRecorder

OF_A_SESSION = 20
"""Events of one session that one process takes in a minute."""
WITHOUT_SESSION = 30
"""The same of one reason, of requests without a session."""
WAITS = frozenset({"session_pending"})
"""Codes that tell a page to ask again: nothing was refused to its visitor."""


class RefusalEvents:
    """Takes refusals, and records as many as a minute has room for."""

    def __init__(self, recorder: EventRecorder) -> None:
        self._recorder = recorder
        self._counts: Counter[Hashable] = Counter()
        self._minute = 0
        self._lock = Lock()

    def record(self, code: str, environ: WSGIEnvironment, session: Any = None) -> None:
        """Record that a request was refused, of a session where its credential was good.

        `session` is the gateway's record. It returns at once and never raises.
        """
        if code in WAITS:
            return
        is_private = environ.get("HTTP_DNT") == "1" or environ.get("HTTP_SEC_GPC") == "1"
        known = None if session is None or is_private else session.id
        if not self._has_room(code if known is None else known, known is not None):
            return
        self._recorder.record("refused", known, reason=code)

    def _has_room(self, key: Hashable, is_session: bool) -> bool:
        minute = int(time.time() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            self._counts[key] += 1
            return self._counts[key] <= (OF_A_SESSION if is_session else WITHOUT_SESSION)
