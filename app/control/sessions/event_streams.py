"""Server-sent events: a session's progress until it is ready, or its life until it ends."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response

from app.errors import Unavailable

POLL_SECONDS = 0.25
FOLLOW_SECONDS = 1.0
"""How often a session that has its schema is looked at: its end is announced to the second."""

SILENCE_SECONDS = 10.0
LONGEST_SECONDS = 120
"""A stream holds a server thread for as long as it is open; the page opens another, or polls."""


class EventStreams:
    """Bounds how many streams one process serves at once, so that they never take all threads."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most) if most else None
        # Who follows a session for long leaves half of the streams to those who wait for one.
        self._follow = threading.BoundedSemaphore(max(1, most // 2)) if most else None

    def open(self, read: Callable[[], dict[str, Any]], *, to_the_end: bool = False) -> Response:
        """Stream what `read` gives, whenever it changes, until its `status` is not `pending`.

        `to_the_end` goes on while the session is active, with an event `warning` when `read` says
        so, and ends with the session.

        Raises:
            Unavailable: as many streams are open as may be.
        """
        taken = [slot for slot in (self._free, self._follow if to_the_end else None) if slot]
        if not taken or not _acquire(taken):
            raise Unavailable(
                "Hay muchas demos preparándose. Consulta el estado cada segundo.",
                code="too_many_streams",
                headers={"Retry-After": "1"},
            )
        response = Response(_events(read, to_the_end), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        for slot in taken:
            response.call_on_close(slot.release)
        return response


def _acquire(slots: list[threading.BoundedSemaphore]) -> bool:
    """All of them, or none."""
    for number, slot in enumerate(slots):
        if not slot.acquire(blocking=False):
            for earlier in slots[:number]:
                earlier.release()
            return False
    return True


def _events(read: Callable[[], dict[str, Any]], to_the_end: bool) -> Iterator[str]:
    end = time.monotonic() + LONGEST_SECONDS
    last: tuple[Any, ...] = ()
    spoken = time.monotonic()
    while time.monotonic() < end:
        state = read()
        name = "warning" if state["warning"] else state["status"]
        told = (name, state["expires_at"], state["virtual_tenant_id"], state["progress"])
        if told != last:
            yield f"event: {name}\ndata: {json.dumps(state, default=str)}\n\n"
            last, spoken = told, time.monotonic()
        elif time.monotonic() - spoken > SILENCE_SECONDS:
            yield ": still here\n\n"  # a visitor who left is noticed by writing to him
            spoken = time.monotonic()
        if state["status"] != "pending" and not (to_the_end and state["status"] == "active"):
            return
        time.sleep(POLL_SECONDS if state["status"] == "pending" else FOLLOW_SECONDS)
    yield "event: timeout\ndata: {}\n\n"
