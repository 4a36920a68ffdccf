"""After the end of a visit: what was done in it, another one like it, and a word with a person."""

from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template, request

from app.control.models import SessionStatus
from app.control.services import current_services
from app.control.sessions.caller import SESSION_ERROR_KEY, ended_session_id, find_caller
from app.control.sessions.session_view import SessionView
from app.control.sharing.service import closed_link
from app.control.visits.figures import Deeds
from app.demo import BASE
from app.language.texts import _
from app.web.inside.navigation import SECTIONS
from app.web.parts.errors import SHARE_CLOSED
from app.web.parts.notices import PARAMETER, find_notice
from app.web.visit.landing import INSIDE
from app.web.visit.landing import blueprint as outside


@outside.get("/demo/fin")
def after_the_end() -> Response:
    """Show the end of the session that this browser had."""
    if find_caller() is not None:
        return _lead(INSIDE)
    error, ended = request.environ.get(SESSION_ERROR_KEY), ended_session_id()
    if error is None:
        return _lead("/")
    if error == SHARE_CLOSED:
        raise closed_link()
    session = None if ended is None else current_services().sessions.find(ended)
    response = make_response(render_template("visit/ended.html", **_context(session)))
    has_failed = session is not None and session.status is SessionStatus.FAILED
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE if has_failed else HTTPStatus.OK
    response.headers["Cache-Control"] = "no-store"
    return response


def _context(session: SessionView | None) -> dict[str, Any]:
    """Return what the page shows: a session that is purged, or whose key is, has no figures."""
    context: dict[str, Any] = {"notice": find_notice(request.args.get(PARAMETER)), "session": None}
    if session is None:
        return context
    sections = {section.module: section.title for section in SECTIONS}
    done = session.figures.deeds
    return context | {
        "session": session,
        "has_failed": session.status is SessionStatus.FAILED,
        "was_inside": session.tenant_id is not None,
        "sales": done.get("sale", Deeds()),
        "orders": done.get("order", Deeds()),
        "changes": sum(done.get(name, Deeds()).times for name in ("adjustment", "procurement run")),
        "seen": [_(each) for module, each in sections.items() if module in session.figures.seen],
        "scenario": None if session.choices.scenario == BASE else session.choices.scenario,
    }


def _lead(address: str) -> Response:
    response = redirect(address, HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response
