"""The live page: what happens now, and what operators can do about it."""

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.control.services import current_services
from app.errors import AppError
from app.insights.live.actions import LONGEST_MESSAGE, OperatorActions
from app.insights.live.now import read_now
from app.ops.access import current_operator

blueprint = Blueprint("ops_live", __name__, url_prefix="/ops/live", template_folder="templates")


@blueprint.get("")
def live() -> Response:
    """Show it; a script asks for the page again every few seconds."""
    return _page()


@blueprint.post("/<uuid:session>/end")
def end(session: UUID) -> BaseResponse:
    """End a session."""
    return _do(lambda actions: actions.end(session))


@blueprint.post("/<uuid:session>/extend")
def extend(session: UUID) -> BaseResponse:
    """Extend a session."""
    return _do(lambda actions: actions.extend(session))


@blueprint.post("/<uuid:session>/message")
def say(session: UUID) -> BaseResponse:
    """Show a session's visitor a message."""
    text = request.form.get("text", "")
    return _do(lambda actions: actions.say(session, text))


def _do(act: "object") -> BaseResponse:
    assert callable(act)
    request_id = request.headers.get("X-Request-Id", "")
    try:
        act(OperatorActions(current_services(), current_operator().name, request_id))
    except AppError as error:
        response = _page(error.detail)
        response.status_code = error.status
        return response
    return redirect(url_for("ops_live.live"), 303)


def _page(fault: str | None = None) -> Response:
    page = render_template(
        "ops_live.html", now=read_now(current_services()), fault=fault, longest=LONGEST_MESSAGE
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
