"""What the doctor finds, as a page or as JSON by `Accept`. `/ready?verbose` leads here."""

from collections.abc import Sequence
from typing import cast

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
)

from app.control.operators.doctor.examination import examine, is_healthy
from app.control.operators.doctor.finding import Check
from app.control.services import current_services

CHECKS = "masa_madre.checks"
"""Where an application keeps the checks that are not the engine's own."""

blueprint = Blueprint("ops_doctor", __name__, url_prefix="/ops/doctor")


def add_checks(app: Flask, checks: Sequence[Check]) -> None:
    """Let the page make these checks too."""
    app.extensions[CHECKS] = tuple(checks)


@blueprint.get("")
def doctor() -> Response:
    """Examine the installation now: 503 when a finding is a failure, as `/ready` answers."""
    more = cast("Sequence[Check]", current_app.extensions.get(CHECKS, ()))
    findings = list(examine(current_services(), more))
    if request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html":
        page = render_template("ops_doctor.html", findings=findings)
        return _uncached(make_response(page))
    body = jsonify(findings=[finding.as_dict() for finding in findings])
    body.status_code = 200 if is_healthy(findings) else 503
    return _uncached(body)


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
