"""What a visitor does with the session: extend it, begin again, end it, and wait for it."""

from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from sqlalchemy.orm import Session

from app.control.models import SessionStatus
from app.control.services import current_services
from app.control.sessions.browser import session_cookie
from app.control.sessions.caller import SESSION_KEY, find_caller, session_id_of
from app.control.sessions.refusals import over
from app.control.sessions.session_view import OpenedSession
from app.errors import Unavailable
from app.language.texts import N_, _
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.parts.errors import END
from app.web.parts.notices import with_notice
from app.web.visit.landing import INSIDE, WAITING
from app.web.visit.landing import blueprint as outside

PHASES = {
    "queued": "En la cola…",
    "starting": "Encendiendo un horno para ti…",
    "handed_over": "Cambiamos de horno: enseguida seguimos…",
    "schema": "Montando el obrador…",
    "define": "Colocando las estanterías…",
    "rows": "Trayendo la harina y el resto de tus datos…",
    "keys": "Ordenando la despensa…",
    "foreign_keys": "Repasando las cuentas…",
}
"""What is said of each phase of a clone."""
LAST_PHASE = N_("Dando los últimos toques…")
NOT_PREPARED = N_(
    "No hemos podido preparar tu panadería. Vuelve a intentarlo: suele salir a la segunda."
)
NOT_RESET = N_("No hemos podido devolver tu demo a los datos del principio. Vuelve a intentarlo.")


def _session_id() -> str:
    record: Any = request.environ[SESSION_KEY]
    return str(record.session_id)


@blueprint.post("/sesion/ampliar")
def extend() -> Response:
    """Extend the session, and lead back to where the visitor was."""
    opened = current_services().sessions.extend(_session_id())
    code = "ampliada" if opened.notice is None else "ampliada-menos"
    return _lead(with_notice(where_from(), code), opened)


@blueprint.get("/sesion/reiniciar")
@in_bakery("business")
def ask_reset(_session: Session) -> Answer:
    """Ask whether to begin again."""
    return Shown("visit/reset.html", {"title": _("¿Empezar de nuevo?")})


@blueprint.post("/sesion/reiniciar")
def reset() -> Response:
    """Give the session the data of the beginning."""
    opened = current_services().sessions.reset(_session_id())
    if opened.reset_is_under_way:
        return _lead(f"{WAITING}?reinicio=1", opened)
    return _lead(with_notice(INSIDE, "reinicio"), opened)


@blueprint.get("/sesion/terminar")
@in_bakery("business")
def ask_end(_session: Session) -> Answer:
    """Ask whether to end the session."""
    return Shown("visit/end.html", {"title": _("¿Terminar la demo?")})


@blueprint.post("/sesion/terminar")
def end() -> Response:
    """End the session and delete its data.

    Its cookie stays as long as the browser is open: a page of the demo that is still shown in a
    tab, or gone back to, then says that the demo has ended.
    """
    current_services().sessions.end(_session_id())
    return _lead(with_notice(END, "terminada"))


@outside.get("/demo/espera")
def wait() -> Response:
    """Show how far the session's bakery is, and lead into it when it is ready."""
    services = current_services()
    caller = find_caller()
    if caller is not None and caller.share is not None:
        return _lead(INSIDE)  # a session is shared when it is ready
    session = services.sessions.fetch(session_id_of(None))
    if session.status is SessionStatus.FAILED:
        raise Unavailable(NOT_PREPARED, code="session_failed")
    if not session.is_open:
        raise over()
    progress = services.progress_of(session)
    if progress is None and request.args.get("reinicio"):
        return _wait_for_reset(services.reset_of(session))
    if progress is None:
        return _lead(with_notice(INSIDE, "abierta"))
    sentence = _(PHASES.get(progress["phase"], LAST_PHASE))
    again = progress["ask_again_seconds"]
    return _waiting_page(sentence, progress["percent"], progress["place"], again)


def _wait_for_reset(status: Any) -> Response:
    if status is not None and status.is_under_way:
        return _waiting_page(_("Devolviendo tu panadería a los datos del principio…"), 0)
    if status is None or status.value == "done":
        return _lead(with_notice(INSIDE, "reinicio"))
    raise Unavailable(NOT_RESET, code="reset_failed")


def _waiting_page(sentence: str, percent: float, place: int = 0, again: int = 1) -> Response:
    shown = {"sentence": sentence, "percent": round(percent), "place": place, "again": again}
    page = render_template("visit/waiting.html", **shown)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def where_from() -> str:
    """Return the page of the demo that the form was on; a form can say no address of another."""
    given = request.form.get("vuelta", "")
    plain = given.startswith("/demo/") and not any(mark in given for mark in "\\\r\n#")
    return given.partition("?")[0] if plain else INSIDE


def _lead(address: str, opened: OpenedSession | None = None) -> Response:
    response = redirect(address, HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    if opened is not None:
        response.headers["Set-Cookie"] = session_cookie(opened.token)
    return response
