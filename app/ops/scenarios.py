"""The page of scenarios: what a session can begin in, and those that operators saved from one."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.control.scenarios.service import MOST, Author, SavedScenario
from app.control.services import current_services
from app.demo import BASE, template_key
from app.errors import AppError
from app.ops.access import current_operator

blueprint = Blueprint(
    "ops_scenarios", __name__, url_prefix="/ops/scenarios", template_folder="templates"
)


@blueprint.get("/")
def index() -> Response:
    """List them: each template's version, size and clone time, and how far a save is."""
    return _page()


@blueprint.get("/new")
def new() -> Response:
    """Show the form that saves a session."""
    session = request.args.get("session", type=UUID)
    if session is None:
        return _page("Choose a session on the page Live.", 422)
    return _form(session)


@blueprint.post("/")
def save() -> BaseResponse:
    """Have a session saved; the page of scenarios shows how far that is."""
    session = request.form.get("session", type=UUID)
    if session is None:
        return _page("Choose a session on the page Live.", 422)
    try:
        current_services().scenarios.save(session, request.form, _author())
    except AppError as error:
        return _form(session, error)
    return redirect(url_for("ops_scenarios.index"), 303)


@blueprint.post("/<name>/rename")
def rename(name: str) -> BaseResponse:
    """Change what visitors read of it."""
    return _do(lambda: current_services().scenarios.rename(name, request.form, _author()))


@blueprint.post("/<name>/delete")
def delete(name: str) -> BaseResponse:
    """Have it deleted, unless sessions or links use it."""
    return _do(lambda: current_services().scenarios.delete(name, _author()))


def _do(act: "object") -> BaseResponse:
    assert callable(act)
    try:
        act()
    except AppError as error:
        return _page(error.detail, error.status)
    return redirect(url_for("ops_scenarios.index"), 303)


def _author() -> Author:
    return Author(current_operator().name, request.headers.get("X-Request-Id", ""))


def _form(session: UUID, error: AppError | None = None) -> Response:
    """Return the form; without the session, the list with the sentence why."""
    try:
        source = current_services().scenarios.source(session)
    except AppError as gone:
        return _page(gone.detail, gone.status)
    page = render_template(
        "ops_save_scenario.html",
        session=session,
        source=source,
        given=request.form,
        fault=None if error is None else error.detail,
    )
    return _answer(page, 200 if error is None else error.status)


def _page(fault: str | None = None, status: int = 200) -> Response:
    services = current_services()
    rows = {row.account_type: row for row in services.links.scenarios()}
    sizes = services.sizes.get()
    saved = {one.name: one for one in services.scenarios.saved()}
    listed = []
    for account in services.demo.accounts:
        kind = account.account_type
        known = [(BASE, "Base", None), *_offered(kind, saved)]
        for name, title, description in known:
            key = template_key(kind, name)
            listed.append(
                {
                    "account_type": kind,
                    "name": name,
                    "title": title,
                    "description": description,
                    "row": rows.pop(key, None),
                    "megabytes": round(sizes[key] / 1e6, 1) if key in sizes else None,
                    "saved": _saved_as(saved.get(name), kind),
                }
            )
    page = render_template(
        "ops_scenarios.html",
        scenarios=listed,
        pending=[one for one in saved.values() if one.state != "ready"],
        others=[row for row in rows.values() if row.state != "dropping"],
        fault=fault,
        most=MOST,
    )
    return _answer(page, status)


def _offered(kind: str, saved: dict[str, SavedScenario]) -> list[tuple[str, str, str]]:
    """Return the scenarios of an account type, those that cannot be used just now too."""
    known = [
        (one.name, one.title, one.description)
        for one in current_services().demo.scenarios_of(kind)
        if one.name not in saved
    ]
    return known + [
        (one.name, one.title, one.description)
        for one in saved.values()
        if one.account_type == kind and one.state == "ready"
    ]


def _saved_as(saved: SavedScenario | None, kind: str) -> Any:
    return saved if saved is not None and saved.account_type == kind else None


def _answer(page: str, status: int) -> Response:
    response = Response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
