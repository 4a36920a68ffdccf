"""Server-sent events: a session's progress until it is ready, or its life until it ends."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from flask import Response

from app.errors import Unavailable

PER_SESSION = 2
"""Streams of one session in one process, as for two tabs; a further tab polls."""

OF_A_LINK = 1
"""The same of a share link's guests, beside those of the session."""

POLL_SECONDS = 0.25
FOLLOW_SECONDS = 1.0
"""Seconds between reads of a session that has its schema: its end is announced to the second."""

SILENCE_SECONDS = 10.0
LONGEST_SECONDS = 120
"""A stream holds a server thread while it is open; after so long the page opens another."""


class EventStreams:
    """Bounds the streams that one process serves at once, in all and of each session.

    Streams to a session's end take half of the places at most: the others are for visitors who
    wait for their session.
    """

    def __init__(self, limit: int) -> None:
        self._limits = {False: limit, True: min(limit, max(1, limit // 2))}
        self._lock = threading.Lock()
        self._open: list[tuple[UUID, bool]] = []

    def open(
        self,
        session: UUID,
        read: Callable[[], dict[str, Any]],
        *,
        to_the_end: bool = False,
        changes: Callable[[], object] | None = None,
        most: int = PER_SESSION,
    ) -> Response:
        """Stream what `read` gives, whenever it changes, until its `status` is not `pending`.

        `to_the_end` goes on while the session is active, with an event `warning` when `read` says
        so, and ends with the session. `changes` gives something else whenever the session's data
        may have changed: an event `changed` says so. `session` is whose streams are counted, `most`
        of them at once.

        Raises:
            Unavailable: as many streams are open as may be, in all or of this session.
        """
        place = session, to_the_end
        if not self._take(place, most):
            raise Unavailable(
                "Hay muchas demos preparándose. Consulta el estado cada segundo.",
                code="too_many_streams",
                headers={"Retry-After": "1"},
            )
        response = Response(_events(read, to_the_end, changes), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(lambda: self._release(place))
        return response

    def _take(self, place: tuple[UUID, bool], most: int) -> bool:
        session, to_the_end = place
        with self._lock:
            following = sum(ends for _, ends in self._open)
            of_session = sum(known == session for known, _ in self._open)
            if (
                len(self._open) >= self._limits[False]
                or (to_the_end and following >= self._limits[True])
                or of_session >= most
            ):
                return False
            self._open.append(place)
            return True

    def _release(self, place: tuple[UUID, bool]) -> None:
        with self._lock:
            self._open.remove(place)


def busy_stream(message: str | None) -> str:
    """Return the stream of a page that got no place: the operators' message, and `busy`.

    The page asks again after a while, so the message reaches it all the same.
    """
    return f"{_said(message)}event: busy\ndata: {{}}\n\n"


def _said(text: str | None) -> str:
    return f"event: said\ndata: {json.dumps({'text': text})}\n\n"


def _events(
    read: Callable[[], dict[str, Any]], to_the_end: bool, changes: Callable[[], object] | None
) -> Iterator[str]:
    end = time.monotonic() + LONGEST_SECONDS
    last: tuple[Any, ...] = ()
    seen, said = changes() if changes else None, None
    spoken = time.monotonic()
    while time.monotonic() < end:
        state = read()
        name = "warning" if state["warning"] else state["status"]
        told = (name, state["expires_at"], state["virtual_tenant_id"], state["progress"])
        if told != last:
            yield f"event: {name}\ndata: {json.dumps(state, default=str)}\n\n"
            last, spoken = told, time.monotonic()
        elif time.monotonic() - spoken > SILENCE_SECONDS:
            yield ": still here\n\n"  # a client that left is noticed by writing to it
            spoken = time.monotonic()
        if state.get("message") != said:
            said = state["message"]
            yield _said(said)
            spoken = time.monotonic()
        if changes and (now := changes()) != seen:
            yield "event: changed\ndata: {}\n\n"
            seen, spoken = now, time.monotonic()
        if state["status"] != "pending" and not (to_the_end and state["status"] == "active"):
            return
        time.sleep(POLL_SECONDS if state["status"] == "pending" else FOLLOW_SECONDS)
    yield "event: timeout\ndata: {}\n\n"
