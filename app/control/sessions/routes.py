"""The session service over HTTP."""

from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from app.control.models import SessionStatus
from app.control.services import current_services
from app.control.sessions.accounts import authenticate
from app.control.sessions.browser import session_cookie, visitor_of_request
from app.control.sessions.caller import Caller, find_caller, session_id_of
from app.control.sessions.description import describe
from app.control.sessions.schemas import (
    AccountsOut,
    CreateIn,
    EventsIn,
    LoginIn,
    SessionIn,
    SessionOut,
    StatsOut,
)
from app.control.sessions.session_view import OpenedSession, SessionView
from app.control.sessions.streams.event_streams import OF_A_LINK, PER_SESSION, busy_stream
from app.control.sessions.streams.watching import changes_of
from app.demo import BASE, Account, Demo, template_key
from app.errors import Unavailable
from app.http.idempotency_key import REPLAYED, key_of_request
from app.http.json_body import ensure_json_body
from app.http.openapi.document import Responses
from app.http.parameters import ensure_known_parameters

SHORTEST_KEY = 16
"""Characters of an `Idempotency-Key` that opens a session: one of a neighbour is not guessed."""
EVENT_STREAM: Responses = {
    200: {
        "description": "Los avances, como eventos enviados por el servidor (SSE).",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
UNDER_WAY: Responses = {
    202: {
        "description": "Sigue en curso: pregunta por ella en `status_url`.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionOut"}}},
    }
}

OWN_SESSION: list[str | dict[str, list[Any]]] = [
    {},
    {"session": []},
    {"session_id": []},
    {"cookie": []},
]
"""An operation on a session that the request names itself, or its credential."""

blueprint = APIBlueprint("demo", __name__, url_prefix="/api/demo", tag="Demo")
login_blueprint = APIBlueprint("login", __name__, url_prefix="/api/auth", tag="Acceso")
blueprint.before_request(ensure_known_parameters)
blueprint.before_request(lambda: ensure_json_body() if request.method == "POST" else None)
login_blueprint.before_request(ensure_json_body)


@blueprint.get("/accounts")
@blueprint.doc(summary="Listar los modelos de negocio que puedes probar.")
@blueprint.output(AccountsOut)
def list_accounts() -> dict[str, Any]:
    """List the business models that can be tried."""
    services = current_services()
    sizes = services.sizes.get()
    return {"accounts": [_account(services.demo, one, sizes) for one in services.demo.accounts]}


def _account(demo: Demo, account: Account, sizes: Mapping[str, int]) -> dict[str, Any]:
    """An account type as visitors may read it; `sizes` are those of templates, in bytes."""
    kind = account.account_type
    ordinary = {"name": BASE, "title": "Un día normal", "description": account.description}
    scenarios = [ordinary | {"look_at": ()}, *(one.public for one in demo.scenarios_of(kind))]
    for scenario in scenarios:
        size = sizes.get(template_key(kind, scenario["name"]))
        scenario["megabytes"] = None if size is None else round(size / 1e6, 1)
    return account.public | {"scenarios": scenarios}


@blueprint.post("/session/create")
@blueprint.doc(summary="Abrir una sesión de demo, con datos solo para ti.")
@blueprint.input(CreateIn)
@blueprint.output(SessionOut, status_code=201)
def create(json_data: CreateIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Open a demo session: a private copy of a template."""
    opened = current_services().sessions.open(
        json_data.demo_account_type,
        visitor_of_request(),
        json_data.choices(),
        key_of_request(SHORTEST_KEY),
    )
    return _opened(opened, 201)


@login_blueprint.post("/login")
@login_blueprint.doc(
    summary="Entrar con una cuenta pública: abre una sesión de su modelo de negocio."
)
@login_blueprint.input(LoginIn)
@login_blueprint.output(SessionOut, status_code=201)
def login(json_data: LoginIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Log in with a public demo account: opens a session of its business model."""
    user = authenticate(current_services().engine, json_data.email, json_data.password)
    visitor = visitor_of_request(user_id=user.id)
    opened = current_services().sessions.open(
        user.account_type, visitor, once=key_of_request(SHORTEST_KEY)
    )
    return _opened(opened, 201)


@blueprint.post("/session/extend")
@blueprint.doc(security=OWN_SESSION, summary="Ampliar la sesión para tener más tiempo.")
@blueprint.input(SessionIn)
@blueprint.output(SessionOut)
def extend(json_data: SessionIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Extend the session."""
    session_id = session_id_of(json_data.session_id)
    return _opened(current_services().sessions.extend(session_id, key_of_request()), 200)


@blueprint.post("/session/reset")
@blueprint.doc(
    security=OWN_SESSION,
    summary="Empezar de nuevo: la sesión vuelve a los datos del principio.",
    description="Responde `202` si tarda: `status_url` dice en `reset` cómo va.",
    responses=UNDER_WAY,
)
@blueprint.input(SessionIn)
@blueprint.output(SessionOut)
def reset(json_data: SessionIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Give the session the template's data again; 202 where that is still under way."""
    session_id = session_id_of(json_data.session_id)
    opened = current_services().sessions.reset(session_id, once=key_of_request())
    if not opened.reset_is_under_way:
        return _opened(opened, 200)
    body, status, headers = _opened(opened, 202)
    return body, status, headers | {"Location": body["status_url"], "Retry-After": "1"}


@blueprint.post("/session/destroy")
@blueprint.doc(security=OWN_SESSION, summary="Terminar la sesión y borrar sus datos.")
@blueprint.input(SessionIn)
@blueprint.output(SessionOut)
def destroy(json_data: SessionIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """End the session and delete its data."""
    session = current_services().sessions.end(session_id_of(json_data.session_id))
    return describe(current_services(), session), 200, {"Set-Cookie": session_cookie("", max_age=0)}


@blueprint.get("/session/current")
@blueprint.doc(
    security=OWN_SESSION,
    summary="Ver la sesión de la credencial que llega.",
    description="Vale la cookie. Sin credencial, o si la demo ha terminado, responde `401`.",
)
@blueprint.output(SessionOut)
def show_current() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Show the open session that the request's credential is for.

    The token is in the answer though a cookie alone is enough to ask: the session's id opens the
    session just as well, and `extend` and `reset` answer a cookie with both. What the cookie keeps
    out of scripts' reach is kept from other sites, which may not read this answer.
    """
    caller, session = _of_caller()
    answer = describe(current_services(), session, caller=caller)
    return answer, 200, {"Cache-Control": "no-store"}


@blueprint.get("/session/current/events")
@blueprint.doc(
    security=OWN_SESSION,
    summary="Seguir la sesión de la credencial que llega, también como invitado.",
    responses=EVENT_STREAM,
)
@blueprint.input(EventsIn, location="query")
def follow_current(query_data: EventsIn) -> Response:
    """Follow the session of the request's credential, as `events` does."""
    caller, session = _of_caller()
    return _follow(session, query_data.until == "end", caller)


@blueprint.get("/session/<session_id>")
@blueprint.doc(summary="Ver el estado de una sesión y cómo va su preparación.")
@blueprint.output(SessionOut)
def show(session_id: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Show a session: its status, and how far its clone is."""
    session = current_services().sessions.fetch(session_id)
    return describe(current_services(), session), 200, {"Cache-Control": "no-store"}


@blueprint.get("/session/<session_id>/events")
@blueprint.doc(
    summary="Seguir una sesión, evento a evento, hasta que esté lista o hasta que termine.",
    responses=EVENT_STREAM,
)
@blueprint.input(EventsIn, location="query")
def events(session_id: str, query_data: EventsIn) -> Response:
    """Follow a session as server-sent events until it is ready, or until it ends.

    Time passes in its data when the stream is opened; `changed` says that they may have changed.
    """
    return _follow(current_services().sessions.fetch(session_id), query_data.until == "end")


@blueprint.get("/stats")
@blueprint.doc(summary="Ver las cifras de todas las sesiones.")
@blueprint.output(StatsOut)
def show_stats() -> dict[str, Any]:
    """Show figures about all sessions."""
    return current_services().figures.get().totals


def _of_caller() -> tuple[Caller, SessionView]:
    """Return the open session of the request's credential, and who sends it.

    Raises:
        Unauthorized: there is none, or it is over.
    """
    caller = find_caller()
    if caller is None:
        session_id_of(None)  # says why
    assert caller is not None
    return caller, current_services().sessions.fetch_open_row(caller.session)


def _follow(session: SessionView, to_the_end: bool, caller: Caller | None = None) -> Response:
    services = current_services()
    share = None if caller is None else caller.share

    def read() -> dict[str, Any]:
        now = services.sessions.fetch_row(session.id)
        answer = describe(services, now, caller=caller, with_urls=False)
        answer["message"] = now.message
        found = None if share is None else services.shares.find(share)
        if share is not None and (found is None or not found.is_open):
            answer["status"] = SessionStatus.DESTROYED.value  # to the guest it has ended
        return answer

    changes = changes_of(services, session) if to_the_end else None
    try:
        return services.streams.open(
            share or session.id,
            read,
            to_the_end=to_the_end,
            changes=changes,
            most=OF_A_LINK if share else PER_SESSION,
        )
    except Unavailable:
        if not to_the_end or "text/event-stream" not in request.headers.get("Accept", ""):
            raise
        # To a page that can do without, this is no error: a browser would show it as one.
        return Response(busy_stream(session.message), mimetype="text/event-stream")


def _opened(opened: OpenedSession, status: int) -> tuple[dict[str, Any], int, dict[str, str]]:
    body = describe(current_services(), opened.session, token=opened.token)
    body["notice"] = opened.notice
    headers = {"Set-Cookie": session_cookie(opened.token), "Cache-Control": "no-store"}
    return body, status, headers | (REPLAYED if opened.is_replayed else {})
