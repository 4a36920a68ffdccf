"""The operators' pages, behind their passwords, with rq-dashboard."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import rq_dashboard
from flask import Blueprint, Flask, Response, redirect, request, url_for
from markupsafe import escape
from rq.exceptions import NoSuchJobError

from app import rq_json as json_rq  # noqa: F401  (rq-dashboard reads jobs)
from app.errors import problem
from app.insights.leads.ops import blueprint as leads
from app.insights.links.ops import blueprint as links
from app.insights.webhooks.ops import blueprint as webhooks
from app.ops.access import admit, current_operator
from app.ops.dashboard import blueprint as dashboard
from app.ops.doctor import blueprint as doctor
from app.ops.identity import init_identity
from app.ops.live import blueprint as live
from app.ops.look import init_look
from app.ops.recordings import blueprint as recordings
from app.ops.scenarios import blueprint as scenarios
from app.ops.sign_in import blueprint as sign_in
from app.settings.table import Settings

DASHBOARD = "/ops/rq"
ESCAPED_BY_LISTS = frozenset({"description", "exc_info"})
"""Fields that rq-dashboard's lists of jobs escape themselves."""

NO_SUCH_JOB = "There is no such job, registry or page."
REGISTRIES = frozenset(
    {"queued", "failed", "deferred", "started", "finished", "scheduled", "canceled"}
)
NUMBER = re.compile("[1-9][0-9]{0,4}")

blueprint = Blueprint(
    "ops", __name__, url_prefix="/ops", template_folder="templates", static_folder="static"
)


@blueprint.app_template_filter("utc")
def in_utc(moment: datetime) -> str:
    """A moment in UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


@blueprint.get("")
def without_slash() -> Response:
    """Lead to the page."""
    return redirect(url_for("ops_figures.dashboard"))  # type: ignore[return-value]


def init_ops(app: Flask, settings: Settings) -> None:
    """Mount the operators' pages, each behind their password.

    The guard is the application's, not the blueprint's: rq-dashboard registers hooks of its own
    that would run before a blueprint's.
    """
    app.config["RQ_DASHBOARD_REDIS_URL"] = settings.redis_url
    app.config["RQ_DASHBOARD_DISABLE_DELETE"] = True
    app.before_request(lambda: _guard(settings))
    app.after_request(_escape_data)
    app.register_error_handler(NoSuchJobError, lambda _: problem(404, "not_found", NO_SUCH_JOB))
    rq_dashboard.web.setup_rq_connection(app)
    init_look(app)
    init_identity(app, settings)
    app.register_blueprint(blueprint)
    app.register_blueprint(dashboard)
    app.register_blueprint(sign_in)
    app.register_blueprint(live)
    app.register_blueprint(recordings)
    app.register_blueprint(scenarios)
    app.register_blueprint(doctor)
    app.register_blueprint(leads)
    app.register_blueprint(links)
    app.register_blueprint(webhooks)
    app.register_blueprint(rq_dashboard.blueprint, url_prefix=DASHBOARD)


def _guard(settings: Settings) -> Response | None:
    if request.path != "/ops" and not request.path.startswith("/ops/"):
        return None
    if (refused := admit(settings)) is not None:
        return refused
    is_job_page = request.path.startswith(DASHBOARD)
    if is_job_page and not current_operator().may_act:
        return problem(403, "role_required", "The dashboard of jobs is for operators.")
    changes = is_job_page and (request.method != "GET" or "requeue" in request.path)
    if changes:
        return problem(403, "read_only", "This dashboard shows jobs and does not change them.")
    if is_job_page and _names_nothing(request.view_args or {}):
        return problem(404, "not_found", NO_SUCH_JOB)
    return None


def _names_nothing(arguments: dict[str, Any]) -> bool:
    """Return True for a path that rq-dashboard would follow into an error: it checks none."""
    return (
        arguments.get("instance_number", 0) != 0
        or arguments.get("registry_name", "queued") not in REGISTRIES
        or not all(NUMBER.fullmatch(str(arguments.get(name, 1))) for name in ("per_page", "page"))
    )


def _escape_data(response: Response) -> Response:
    """Make rq-dashboard's data safe for its pages, which write them into their HTML as they are."""
    if request.path.startswith(f"{DASHBOARD}/") and response.is_json:
        as_is = ESCAPED_BY_LISTS if "/data/jobs/" in request.path else frozenset()
        response.set_data(json.dumps(_escaped(response.get_json(), as_is)))
    return response


def _escaped(value: Any, as_is: frozenset[str]) -> Any:
    if isinstance(value, str):
        return str(escape(value))
    if isinstance(value, list):
        return [_escaped(item, as_is) for item in value]
    if isinstance(value, dict):
        return {
            str(escape(name)): item if name in as_is else _escaped(item, as_is)
            for name, item in value.items()
        }
    return value
