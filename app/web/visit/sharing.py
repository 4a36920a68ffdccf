"""Sharing a session: the owner's page of links, and the page that a link leads to."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request
from sqlalchemy.orm import Session

from app.control.services import current_services
from app.control.sessions.browser import session_cookie
from app.control.sessions.caller import find_caller
from app.control.sharing.service import OPEN_AT_ONCE
from app.control.sharing.share_view import Access, Share
from app.errors import AppError, TooManyRequests
from app.language.texts import _
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.once import form_number
from app.web.parts.notices import with_notice
from app.web.visit.landing import INSIDE
from app.web.visit.landing import blueprint as outside

PAGE = "/demo/sesion/compartir"
LINK = "compartir"


@blueprint.get("/sesion/compartir")
@in_bakery("business")
def list_links(_session: Session) -> Answer:
    """Show the session's links, and the form that makes one."""
    return _page()


@blueprint.post("/sesion/compartir")
@in_bakery("business")
def make_link(_session: Session) -> Answer:
    """Make a link, and show it this once.

    There is no redirect: no address may hold the link's secret. The same form sent again shows the
    same link.
    """
    services = current_services()
    access = Access.TOGETHER if request.form.get("acceso") == Access.TOGETHER else Access.READ
    try:
        share = services.shares.create(_row(), access, form_number())
    except TooManyRequests as error:
        return _page(error=error)
    services.events.record("shared", session=_row(), way=access.value)
    return _page(share)


@blueprint.post("/sesion/compartir/<uuid:share>/cerrar")
def close_link(share: UUID) -> Response:
    """Close a link, to those who are inside too."""
    current_services().shares.revoke(_row(), share)
    return _lead(with_notice(PAGE, "enlace-cerrado"))


@outside.get("/compartir/<secret>")
def ask_guest(secret: str) -> Response:
    """Say what a link leads to. Only the button opens it: a preview of the link opens nothing."""
    shared = current_services().shares.look_up(secret)
    caller = find_caller()
    page = render_template(
        "visit/guest.html",
        access=shared.access.value,
        kind=current_services().demo.account(shared.session.account_type).title,
        address=request.path,
        is_own=caller is not None and caller.share is None and caller.session == shared.session.id,
        has_another=caller is not None and caller.session != shared.session.id,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@outside.post("/compartir/<secret>")
def enter(secret: str) -> Response:
    """Let the guest in: this browser's cookie becomes the guest's."""
    _, token = current_services().shares.open(secret)
    response = _lead(with_notice(INSIDE, "invitado"))
    response.headers["Set-Cookie"] = session_cookie(token)
    return response


@outside.post("/compartir/salir")
def leave() -> Response:
    """Let a guest go: the cookie is deleted, and nothing else changes."""
    response = _lead(with_notice("/", "salida"))
    response.headers["Set-Cookie"] = session_cookie("", max_age=0)
    return response


def _row() -> UUID:
    caller = find_caller()
    assert caller is not None, "the gateway lets no one here without a session"
    return caller.session


def _page(made: Share | None = None, error: AppError | None = None) -> Shown:
    links = current_services().shares.list_open(_row())
    address = None if made is None else f"{request.host_url}{LINK}/{made.secret}"
    context = {
        "title": _("Compartir"),
        "links": links,
        "made": made,
        "address": address,
        "is_full": len(links) >= OPEN_AT_ONCE,
        "full": _(
            "Ya tienes %(number)s enlaces abiertos, los que puede tener una demo a la vez."
            " Cierra uno para hacer otro.",
            number=OPEN_AT_ONCE,
        ),
        "error": error,
    }
    return Shown("visit/share.html", context, HTTPStatus.OK if error is None else error.status)


def _lead(address: str) -> Response:
    response = redirect(address, HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response
