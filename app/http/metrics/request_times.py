"""Measures how long a request waits for its answer to begin, in front of everything else."""

import time
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.http.metrics.measurements import Measurements

CREATE = ("/api/demo/session/create", "/demo/abrir")
UNMEASURED = ("/health", "/ready", "/metrics", "/static/")
KINDS = (
    ("/api/demo/", "session"),
    ("/api/", "api"),
    ("/demo", "page"),
    ("/ops", "ops"),
)
"""What is asked for, by the beginning of its path. The labels are few, whatever is asked."""


class RequestTimes:
    """WSGI middleware: one duration for each answer, by kind and class of status."""

    def __init__(self, app: WSGIApplication, measurements: Measurements) -> None:
        self._app = app
        self._measurements = measurements

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, and note when its answer begins."""
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(UNMEASURED):
            return self._app(environ, start_response)
        started = time.perf_counter()

        def respond(status: str, headers: list[tuple[str, str]], *error: object) -> "Write":
            seconds = time.perf_counter() - started
            self._measurements.observe(
                "demo_http_request_seconds", seconds, kind_of(path), f"{status[:1]}xx"
            )
            return start_response(status, headers, *error)  # type: ignore[arg-type]

        return self._app(environ, respond)


Write = Callable[[bytes], object]


def kind_of(path: str) -> str:
    """Return what a path asks for, as a label of a bounded number of values."""
    if path in CREATE:
        return "create"
    return next((kind for start, kind in KINDS if path.startswith(start)), "other")
