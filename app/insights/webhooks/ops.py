"""The operators' pages of webhooks: endpoints, their secrets, and the log with its bodies."""

import json
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for

from app.control.services import current_services
from app.errors import InvalidRequest
from app.insights.leads.ops import user
from app.insights.sealing import Unreadable
from app.insights.webhooks.kinds import KINDS, payload
from app.insights.webhooks.service import Added

blueprint = Blueprint(
    "ops_webhooks", __name__, url_prefix="/ops/webhooks", template_folder="../../ops/templates"
)
STATES = ("waiting", "delivered", "dead")


@blueprint.get("/")
def index() -> Response:
    """List endpoints and the newest deliveries."""
    return _page()


@blueprint.post("/")
def add() -> Response:
    """Add an endpoint, and show its secret this once."""
    form = request.form
    try:
        added = current_services().webhooks.add(
            form.get("title", ""), form.get("url", "").strip(), form.getlist("kinds"), user()
        )
    except InvalidRequest as error:
        return _page(error=error.detail, status=422)
    return _page(added)


@blueprint.post("/<uuid:endpoint>/rotate")
def rotate(endpoint: UUID) -> Response:
    """Give an endpoint a new secret beside the one it has, and show it this once."""
    return _page(current_services().webhooks.rotate(endpoint))


@blueprint.post("/<uuid:endpoint>/retire")
def retire(endpoint: UUID) -> Response:
    """Sign with the newest secret only."""
    current_services().webhooks.retire(endpoint)
    return _back()


@blueprint.post("/<uuid:endpoint>/switch")
def switch(endpoint: UUID) -> Response:
    """Tell an endpoint of things, or of nothing."""
    current_services().webhooks.switch(endpoint, on=request.form.get("on") == "1")
    return _back()


@blueprint.post("/<uuid:endpoint>/remove")
def remove(endpoint: UUID) -> Response:
    """Delete an endpoint with its log."""
    current_services().webhooks.remove(endpoint)
    return _back()


@blueprint.post("/replay")
def replay() -> Response:
    """Send a delivery again, or all that are dead."""
    delivery = request.form.get("delivery", type=int)
    current_services().webhooks.replay(delivery)
    return _back()


@blueprint.get("/deliveries/<int:delivery>")
def show(delivery: int) -> Response:
    """Show what was sent and answered; reading a person's data is noted."""
    services = current_services()
    found = services.webhooks.fetch_delivery(delivery)
    body = "This cannot be read: it was encrypted under a key that is gone."
    if found.sealed is None:
        body = payload(found.kind, found.occurred_at, found.body)
    else:
        services.leads.note_access(user(), "read webhook", lead=found.lead)
        try:
            data = services.webhooks.sealing.open(found.sealed)
            body = payload(found.kind, found.occurred_at, data)
        except Unreadable:
            pass
    shown = json.dumps(json.loads(body), ensure_ascii=False, indent=2) if body[0] == "{" else body
    return _private(render_template("ops_webhook.html", delivery=found, body=shown))


def _page(added: Added | None = None, error: str | None = None, status: int = 200) -> Response:
    webhooks = current_services().webhooks
    state = request.args.get("state")
    page = render_template(
        "ops_webhooks.html",
        endpoints=webhooks.endpoints(),
        deliveries=webhooks.deliveries(state if state in STATES else None),
        kinds=KINDS,
        states=STATES,
        added=added,
        error=error,
        given=request.form,
    )
    return _private(page, status)


def _private(page: str, status: int = 200) -> Response:
    response = Response(page, status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


def _back() -> Response:
    return redirect(url_for("ops_webhooks.index"), 303)  # type: ignore[return-value]
