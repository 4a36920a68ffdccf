"""Records the steps of visits: each page that was opened and each action, by its route."""

from typing import Any

from flask import Flask, Response, g, request

from app.control.sessions.caller import SESSION_KEY
from app.insights.events.recorder import EventRecorder
from app.insights.events.request_map import RequestMap

DONE_BEFORE = "done_before"
"""The name in `flask.g` that a form sets when it was sent twice and did nothing now."""


def init_watching(app: Flask, recorder: EventRecorder, requests: RequestMap) -> None:
    """Have the application record what visits do; nothing of a request's values is kept."""

    def watch(response: Response) -> Response:
        record: Any = request.environ.get(SESSION_KEY)
        rule = request.url_rule
        if record is None or rule is None:
            return response
        step = requests.find(request.method, rule.rule)
        if step is None or not _counts(response):
            return response
        if response.status_code < 400:
            kind, outcome = step.kind, "ok"
        elif step.kind == "opened_module":
            kind, outcome = step.kind, str(response.status_code)
        else:
            kind, outcome = "acted", str(response.status_code)
        recorder.record(
            kind, session=record.id, module=step.module, page=step.page, outcome=outcome
        )
        return response

    app.after_request(watch)


def _counts(response: Response) -> bool:
    """Return False for what a visitor did not do: a script's own look, or a repetition."""
    if request.headers.get("Sec-Fetch-Dest") == "empty" and request.method == "GET":
        return False
    return "Idempotency-Replayed" not in response.headers and not g.get(DONE_BEFORE, False)
