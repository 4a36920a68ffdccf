"""The pages of recordings: the newest visits, the heat of modules, and one visit as a timeline."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request

from app.control.services import current_services
from app.errors import NotFound
from app.insights import recordings

blueprint = Blueprint(
    "ops_recordings", __name__, url_prefix="/ops/sessions", template_folder="templates"
)


@blueprint.before_request
def ensure_on() -> None:
    """Refuse where recordings are switched off.

    Raises:
        NotFound: they are.
    """
    if not current_services().settings.demo_recordings:
        raise NotFound("Recordings are off: DEMO_RECORDINGS is false.", code="recordings_off")


@blueprint.get("/")
def index() -> Response:
    """List the newest visits, and show which modules many visits open when."""
    engine, page = current_services().engine, max(1, request.args.get("page", 1, type=int))
    page = min(page, 1000)
    visits = recordings.newest_visits(engine, page)
    return _page(
        "ops_recordings.html",
        visits=visits[: recordings.PER_PAGE],
        has_more=len(visits) > recordings.PER_PAGE,
        page=page,
        heat=recordings.fetch_heat(engine),
        classes=recordings.CLASSES,
        days=recordings.HEAT_DAYS,
    )


@blueprint.get("/<uuid:session>")
def show(session: UUID) -> Response:
    """Show one visit as a timeline."""
    recording = recordings.fetch_recording(current_services().engine, session)
    if recording is None:
        raise NotFound("Nothing is known of this visit, or not any more.", code="not_found")
    return _page("ops_recording.html", session=session, recording=recording)


def _page(template: str, **context: object) -> Response:
    response = Response(render_template(template, **context))
    response.headers["Cache-Control"] = "no-store"
    return response
