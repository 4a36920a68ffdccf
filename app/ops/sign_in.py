"""The way in by the organisation's account: to the provider, back, and out again."""

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from app.control.services import current_services
from app.errors import AppError, NotFound
from app.insights.live.audit import note_sign_in
from app.ops.identity import Provider, forget, name_of, operator_of, remember

PATH = "/ops/sign-in"
PROVIDER = "masa_madre.openid_provider"
"""Where an application keeps what it knows of its provider."""

blueprint = Blueprint("ops_sign_in", __name__, url_prefix=PATH)


@blueprint.get("")
def begin() -> Response:
    """Lead to the provider."""
    base = current_services().settings.public_url or request.host_url
    return _provider().begin(f"{base.rstrip('/')}{url_for('ops_sign_in.finish')}")  # type: ignore[no-any-return]


@blueprint.get("/back")
def finish() -> Response:
    """Let in who comes back with a good token and a role, and write down either outcome."""
    services = current_services()
    claims = _provider().finish()
    request_id = request.headers.get("X-Request-Id", "")
    try:
        name, role = operator_of(claims, services.settings)
    except AppError as error:
        forget()
        note_sign_in(services.engine, name_of(claims), error.error_code, request_id)
        raise
    note_sign_in(services.engine, name, f"as {role}", request_id)
    remember(name, role)
    return redirect(url_for("ops_figures.dashboard"), 303)


@blueprint.post("/out")
def leave() -> str:
    """Sign out of these pages."""
    forget()
    return "Signed out of these pages.\n"


def _provider() -> Provider:
    settings = current_services().settings
    if not settings.ops_oidc_issuer:
        raise NotFound("There is no sign-in by OpenID Connect: set OPS_OIDC_ISSUER.")
    known = current_app.extensions.get(PROVIDER)
    if known is None:
        known = current_app.extensions[PROVIDER] = Provider(settings)
    assert isinstance(known, Provider)
    return known
