"""The page of a prospect link: a greeting, and one button that opens the demo it prepared."""

from http import HTTPStatus
from typing import Any

from flask import Response, current_app, make_response, render_template, request

from app.control.services import current_services
from app.control.sessions.browser import visitor_of_request
from app.demo import BASE
from app.errors import AppError
from app.insights.events.request import visit_context
from app.insights.links.service import Link
from app.language.choice import COOKIE, languages_of
from app.language.texts import current_language, set_language
from app.web.visit.landing import blueprint, enter

GONE = HTTPStatus.GONE


@blueprint.get("/d/<code>")
def invitation(code: str) -> Response:
    """Show what a link opens. Nothing is opened: programs that preview links read this page."""
    services = current_services()
    link = services.links.fetch(code)
    context: dict[str, Any] = visit_context() | {"link": link.code}
    services.events.record("landed", **context)
    return _page(link, HTTPStatus.OK if link.is_open else GONE)


@blueprint.post("/d/<code>")
def accept_invitation(code: str) -> Response:
    """Open the session that a link prepared, and lead into it."""
    services = current_services()
    link = services.links.fetch(code)
    try:
        choices = services.links.choices_of(link)
        opened = services.sessions.open(link.account_type, visitor_of_request(), choices)
    except AppError as error:
        is_closed = error.error_code == "link_closed"
        response = _page(link, GONE if is_closed else error.status, error)
        response.headers.update(error.headers)
        return response
    response = enter(opened)
    if link.language and COOKIE not in request.cookies:
        secure = services.settings.cookie_secure
        response.set_cookie(COOKIE, link.language, httponly=True, samesite="Lax", secure=secure)
    return response


def _page(link: Link, status: int, error: AppError | None = None) -> Response:
    services = current_services()
    if COOKIE not in request.cookies:
        offered = {one.code: one for one in languages_of(current_app)}
        set_language(offered.get(link.language or "", current_language()))
    account = services.demo.account(link.account_type)
    scenarios = services.demo.scenarios_of(link.account_type)
    page = render_template(
        "visit/invitation.html",
        link=link,
        account=account,
        scenario=next(
            (one for one in scenarios if one.name == link.scenario and one.name != BASE), None
        ),
        minutes=link.minutes or services.settings.demo_session_duration_minutes,
        is_closed=status == GONE,
        error=error,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
