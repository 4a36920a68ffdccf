"""Server-sent events: a session's progress until it is ready, as it happens."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response

from app.errors import Unavailable

POLL_SECONDS = 0.25
LONGEST_SECONDS = 120
"""A stream holds a server thread for as long as it is open; the page then polls instead."""


class EventStreams:
    """Bounds how many streams one process serves at once, so that they never take all threads."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most) if most else None

    def open(self, read: Callable[[], dict[str, Any]]) -> Response:
        """Stream what `read` gives, whenever it changes, until its `status` is not `pending`.

        Raises:
            Unavailable: as many streams are open as may be.
        """
        if self._free is None or not self._free.acquire(blocking=False):
            raise Unavailable(
                "Hay muchas demos preparándose. Consulta el estado cada segundo.",
                code="too_many_streams",
                headers={"Retry-After": "1"},
            )
        response = Response(_events(read), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(self._free.release)
        return response


def _events(read: Callable[[], dict[str, Any]]) -> Iterator[str]:
    end = time.monotonic() + LONGEST_SECONDS
    last = ""
    while time.monotonic() < end:
        state = read()
        text = json.dumps(state, default=str)
        if text != last:
            yield f"event: {state['status']}\ndata: {text}\n\n"
            last = text
        if state["status"] != "pending":
            return
        time.sleep(POLL_SECONDS)
    yield "event: timeout\ndata: {}\n\n"
