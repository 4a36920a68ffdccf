"""The pages: landing, back office and API reference, with nothing that comes from another host."""

from typing import cast

from apiflask import APIFlask
from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.control.services import current_services
from app.web.reference import describe_api

REFERENCE_KEY = "masa_madre.reference"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap's stylesheet carries its little images as data
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)

blueprint = Blueprint(
    "web",
    __name__,
    template_folder="templates",
)


def register_pages(app: APIFlask) -> None:
    """Give an application the pages."""
    app.register_blueprint(blueprint)


@blueprint.after_request
def protect(response: Response) -> Response:
    """Let a page load from this host only."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.get("/")
def landing() -> str:
    """Show the landing page, which opens demos."""
    minutes = current_services().settings.demo_session_duration_minutes
    return render_template(
        "landing.html", accounts=current_services().demo.accounts, minutes=minutes
    )


@blueprint.get("/demo")
def back_office() -> str:
    """Show the back office, which the browser fills from the API."""
    minutes = current_services().settings.demo_session_duration_minutes
    return render_template("back_office.html", minutes=minutes)


@blueprint.get("/docs")
def reference() -> str:
    """Show the API reference, written once an application: its routes do not change."""
    app = cast(APIFlask, current_app)
    known = app.extensions.get(REFERENCE_KEY)
    if known is None:
        groups = describe_api(cast(dict[str, object], app.spec))
        known = render_template("reference.html", groups=groups)
        app.extensions[REFERENCE_KEY] = known
    return cast(str, known)


@blueprint.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Lead browsers that ask for the old name to the icon."""
    return redirect(url_for("static", filename="favicon.svg"), 301)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Invite search engines to the landing page only."""
    return Response("User-agent: *\nAllow: /$\nDisallow: /\n", mimetype="text/plain")
