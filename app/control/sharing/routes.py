"""Share links over HTTP."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import request

from app.control.services import current_services
from app.control.sessions.caller import session_id_of
from app.control.sessions.routes import OWN_SESSION
from app.control.sharing.schemas import (
    GuestOut,
    NewShareOut,
    OpenShareIn,
    ShareIn,
    SharesOut,
)
from app.http.idempotency_key import key_of_request
from app.http.json_body import ensure_json_body
from app.http.parameters import ensure_known_parameters

NO_STORE = {"Cache-Control": "no-store"}

blueprint = APIBlueprint("sharing", __name__, url_prefix="/api/demo", tag="Demo")
blueprint.before_request(ensure_known_parameters)
blueprint.before_request(lambda: ensure_json_body() if request.method == "POST" else None)


@blueprint.post("/session/shares")
@blueprint.doc(
    security=OWN_SESSION,
    summary="Hacer un enlace para que otra persona entre en tu demo, hasta que termine.",
)
@blueprint.input(ShareIn)
@blueprint.output(NewShareOut, status_code=201)
def create(json_data: ShareIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make a link into the session."""
    services = current_services()
    session = services.sessions.fetch_active(session_id_of(json_data.session_id))
    share = services.shares.create(session.id, json_data.access, key_of_request())
    services.events.record("shared", session=session.id, way=share.access.value)
    return asdict(share), 201, NO_STORE


@blueprint.get("/session/shares")
@blueprint.doc(security=OWN_SESSION, summary="Ver los enlaces abiertos de tu demo.")
@blueprint.output(SharesOut)
def list_open() -> dict[str, Any]:
    """List the session's links that are open."""
    return _open_links()


@blueprint.post("/session/shares/<uuid:share>/revoke")
@blueprint.doc(
    security=OWN_SESSION,
    summary="Cerrar un enlace: quien haya entrado por él sale al momento.",
)
@blueprint.output(SharesOut)
def revoke(share: UUID) -> dict[str, Any]:
    """Close a link of the session; return those that are left."""
    services = current_services()
    session = services.sessions.fetch(session_id_of(None))
    services.shares.revoke(session.id, share)
    return _open_links()


@blueprint.post("/shares/open")
@blueprint.doc(
    security=[], summary="Entrar por un enlace en la demo de otra persona, con un token propio."
)
@blueprint.input(OpenShareIn)
@blueprint.output(GuestOut, status_code=201)
def open_link(json_data: OpenShareIn) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Let a guest in by a link."""
    shared, token = current_services().shares.open(json_data.secret)
    answer = {
        "access": shared.access,
        "session_token": token,
        "demo_account_type": shared.session.account_type,
        "expires_at": shared.session.expires_at,
    }
    return answer, 201, NO_STORE


def _open_links() -> dict[str, Any]:
    services = current_services()
    session = services.sessions.fetch_open(session_id_of(None))
    return {"items": [asdict(each) for each in services.shares.list_open(session.id)]}
