"""The operators' page of prospect links, and previews of scenarios."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pydantic import ValidationError

from app.control.services import current_services
from app.errors import InvalidRequest
from app.insights.leads.ops import user
from app.insights.links.schemas import sentences_of, wanted_link
from app.insights.links.service import Link, Wanted

OWN = ("title", "minutes", "language", "greeting", "days", "max_uses")
PREVIEW_DAYS = 1 / 24

blueprint = Blueprint(
    "ops_links", __name__, url_prefix="/ops", template_folder="../../ops/templates"
)


@blueprint.get("/links/")
def index() -> str:
    """List links, with the form that makes one."""
    return _page()


@blueprint.post("/links/")
def make() -> Response | tuple[str, int]:
    """Make a link, and show it."""
    form = request.form
    try:
        made = current_services().links.make(_wanted(), user())
    except (ValidationError, InvalidRequest) as error:
        return _page(sentences_of(error), form), 422
    return redirect(url_for("ops_links.index", made=made.code), 303)  # type: ignore[return-value]


@blueprint.post("/links/<code>/revoke")
def revoke(code: str) -> Response:
    """Have a link open nothing from now on."""
    links = current_services().links
    links.fetch(code)
    links.revoke(code)
    return redirect(url_for("ops_links.index"), 303)  # type: ignore[return-value]


@blueprint.post("/links/preview")
def preview() -> Response:
    """Make a link for one use within the hour, and lead to it."""
    choice = {
        "demo_account_type": request.form.get("account_type"),
        "scenario": request.form.get("scenario"),
    }
    try:
        wanted = wanted_link({"title": "Preview", "days": PREVIEW_DAYS, "max_uses": 1}, choice)
    except ValidationError as error:
        raise InvalidRequest(" ".join(sentences_of(error))) from None
    link = current_services().links.make(wanted, user())
    return redirect(f"/d/{link.code}", 303)  # type: ignore[return-value]


def _wanted() -> Wanted:
    form = request.form
    choice: dict[str, Any] = {name: form.get(name, "").strip() for name in _choice_fields()}
    account_type, _, scenario = form.get("model", "").partition("/")
    choice |= {"demo_account_type": account_type, "scenario": scenario}
    features = [word.strip() for word in form.get("features", "").split(",") if word.strip()]
    choice["features"] = features or None
    return wanted_link({name: form.get(name, "").strip() for name in OWN}, choice)


def _choice_fields() -> list[str]:
    """Return the demo's fields for what is personal."""
    personal = current_services().demo.load_personal()
    return [] if personal is None else list(personal.model_fields)


def _page(errors: list[str] | None = None, given: Any = None) -> str:
    services = current_services()
    links = services.links.newest()
    made = request.args.get("made")
    return render_template(
        "ops_links.html",
        links=links,
        results=services.links.results(links),
        made=next((link for link in links if link.code == made), None),
        address=address,
        errors=errors or [],
        given=given or {},
        accounts=services.demo.accounts,
        scenarios_of=services.demo.scenarios_of,
        personal=_choice_fields(),
        length=services.settings.demo_session_duration_minutes,
    )


def address(link: Link) -> str:
    """Return what is given to a prospect."""
    base = current_services().settings.public_url or request.host_url.rstrip("/")
    return f"{base}/d/{link.code}"
