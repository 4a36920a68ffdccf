"""The switch between the languages of the pages: a form, whose choice a cookie keeps."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, current_app, has_request_context, redirect, request

from app.control.services import current_services
from app.language.choice import COOKIE, languages_of
from app.web.parts.notices import PARAMETER
from app.web.visit.landing import blueprint

SWITCH = "/idioma"
YEAR = 365 * 86_400


@blueprint.post(SWITCH)
def switch() -> Response:
    """Keep the language that was chosen, and lead back to the page that the form was on."""
    response = redirect(_where_from(), HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    chosen = request.form.get(COOKIE)
    if any(chosen == language.code for language in languages_of(current_app)):
        response.set_cookie(
            COOKIE,
            str(chosen),
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=current_services().settings.cookie_secure,
        )
    return response


@blueprint.app_template_global()
def here() -> str:
    """Return the address of this page, or of the first one where a form cannot lead back to it."""
    if not has_request_context() or request.method != "GET":
        return "/"
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


def _where_from() -> str:
    """Return the page that the form was on; a form can say no address of another host."""
    given = request.form.get("vuelta", "")
    is_ours = given.startswith("/") and not given.startswith("//")
    return given if is_ours and not any(mark in given for mark in "\\\r\n\t") else "/"
