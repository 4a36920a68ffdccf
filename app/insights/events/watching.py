"""Records the steps of visits: each page that was opened and each action, by its route."""

from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from app.control.sessions.caller import SESSION_KEY
from app.errors import REFUSED_KEY
from app.insights.events.kinds import KINDS
from app.insights.events.recorder import EventRecorder
from app.insights.events.refusals import RefusalEvents
from app.insights.events.request_map import RequestMap, Step

DONE_BEFORE = "done_before"
"""The name in `flask.g` that a form sets when it was sent twice and did nothing now."""
OPENED, REFUSED = "opened_module", "acted"
GOOD = "ok"
REFUSING = frozenset({"module_unavailable"})
"""Codes of answers that are refusals whatever their status."""
NOT_ALLOWED = frozenset({403, 429})


def init_watching(
    app: Flask, recorder: EventRecorder, requests: RequestMap, refusals: RefusalEvents
) -> None:
    """Have the application record what visits do; nothing of a request's values is kept.

    It runs for every request: it looks at the environ itself, and what it records needs no check.
    """

    def watch(response: Response) -> Response:
        now = request._get_current_object()  # type: ignore[attr-defined]  # asked once
        environ: WSGIEnvironment = now.environ
        record: Any = environ.get(SESSION_KEY)
        rule = now.url_rule
        if record is None or rule is None:
            return response
        if (code := environ.get(REFUSED_KEY)) in REFUSING or response.status_code in NOT_ALLOWED:
            refusals.record(code or str(response.status_code), environ, record)
        step = requests.find(environ["REQUEST_METHOD"], rule.rule)
        if step is None or not _counts(step, environ, response):
            return response
        is_private = environ.get("HTTP_DNT") == "1" or environ.get("HTTP_SEC_GPC") == "1"
        is_good = response.status_code < 400
        kind = step.kind if is_good or step.kind == OPENED else REFUSED
        outcome = GOOD if is_good else str(response.status_code)
        details = {"module": step.module, "page": step.page, "outcome": outcome}
        recorder.take(kind, KINDS[kind].version, None if is_private else record.id, details)
        return response

    app.after_request(watch)


def _counts(step: Step, environ: WSGIEnvironment, response: Response) -> bool:
    """Return False for what a visitor did not do: a script's own look, or a repetition."""
    if step.kind == OPENED:
        return environ.get("HTTP_SEC_FETCH_DEST") != "empty"
    return "Idempotency-Replayed" not in response.headers and not g.get(DONE_BEFORE, False)
