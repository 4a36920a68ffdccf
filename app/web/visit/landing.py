"""The pages in front of a demo, and the forms that open one."""

from http import HTTPStatus
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, Response, current_app, make_response, render_template, request
from pydantic import ValidationError
from werkzeug.utils import redirect

from app.control.services import current_services
from app.control.sessions.accounts import authenticate
from app.control.sessions.browser import session_cookie, visitor_of_request
from app.control.sessions.caller import SESSION_KEY, find_caller
from app.control.sessions.schemas import CreateIn, LoginIn
from app.control.sessions.session_view import OpenedSession
from app.demo import Account
from app.errors import FAILED_CREDENTIAL_KEY, AppError, InvalidRequest
from app.insights.events.request import origin_field, visit_context
from app.language.texts import current_language
from app.web.inside.forms import fault_of, text_of
from app.web.parts.assets import compressed
from app.web.parts.headers import protect
from app.web.parts.notices import PARAMETER, find_notice, with_notice
from app.web.reference import describe_api

REFERENCE_KEY = "masa_madre.reference"
OWN_FIELDS = ("bakery_name", "city", "visitor_name", "logo_color", "scenario")
"""The fields of the form that opens a demo, named as those of `CreateIn`."""
OUR_COLOR = "#84430f"
"""The brand's colour of `tokens.css`: the field for a visitor's own begins with it."""
WAITING = "/demo/espera"
INSIDE = "/demo/"

blueprint = Blueprint("web", __name__, template_folder="../templates")


@blueprint.after_request
def finish(response: Response) -> Response:
    """Protect a page, and make it small."""
    protect(response)
    return compressed(response) if response.mimetype == "text/html" else response


@blueprint.get("/")
def landing() -> Response:
    """Show the landing page, which opens demos."""
    current_services().events.record("landed", session=None, **visit_context())
    return _landing()


@blueprint.post("/demo/abrir")
def open_demo() -> Response:
    """Open a session of the account type that was chosen, and lead into it."""
    chosen = text_of("modelo")
    try:
        asked = _valid(CreateIn, {"demo_account_type": chosen} | _said(chosen))
        opened = current_services().sessions.open(
            asked.demo_account_type, visitor_of_request(), asked.choices()
        )
    except AppError as error:
        return _refused(_landing(error, chosen), error)
    return enter(opened)


@blueprint.get("/entrar")
def login_form() -> str:
    """Show the form that logs in with a public account."""
    return _login_page()


@blueprint.post("/entrar")
def login() -> Response:
    """Log in with a public account: opens a session of its business model."""
    services = current_services()
    try:
        given = {"email": text_of("correo") or "", "password": request.form.get("clave", "")}
        asked = _valid(LoginIn, given)
        user = authenticate(services.engine, asked.email, asked.password)
        opened = services.sessions.open(user.account_type, visitor_of_request(user_id=user.id))
    except AppError as error:
        request.environ[FAILED_CREDENTIAL_KEY] = error.error_code == "invalid_credentials"
        return _refused(make_response(_login_page(error)), error)
    return enter(opened)


@blueprint.get("/privacidad")
def privacy() -> str:
    """Say what is stored about a visitor, and for how long."""
    settings = current_services().settings
    return render_template(
        "visit/privacy.html",
        minutes=settings.demo_session_duration_minutes,
        lead_days=settings.leads_retention_days,
        unconfirmed_days=settings.leads_unconfirmed_days,
        events_days=settings.demo_events_days if settings.demo_events != "off" else None,
    )


@blueprint.get("/aviso-legal")
def legal() -> str:
    """Say what this is, and what it is not."""
    return render_template("visit/legal.html")


@blueprint.get("/docs")
def reference() -> str:
    """Show the API reference, written once a language: an application's routes do not change.

    What it says of the API is the document's own, in Spanish.
    """
    app = cast(APIFlask, current_app)
    known: dict[str, str] = app.extensions.setdefault(REFERENCE_KEY, {})
    code = current_language().code
    if code not in known:
        groups = describe_api(cast(dict[str, object], app.spec))
        known[code] = render_template("reference.html", groups=groups)
    return known[code]


def _said(chosen: str | None) -> dict[str, Any]:
    """Return what a visitor wrote of their own bakery; what is left empty is not said.

    Nor are all the modules, or none, or the colour that the field has by itself: a colour's field
    cannot be empty.
    """
    said: dict[str, Any] = {
        name: value for name in OWN_FIELDS if (value := text_of(name)) is not None
    }
    if said.get("logo_color") == OUR_COLOR:
        del said["logo_color"]
    wanted = request.form.getlist("features")
    offered = {each.account_type: set(each.modules) for each in current_services().demo.accounts}
    if wanted and not offered.get(chosen or "", set()) <= set(wanted):
        said["features"] = wanted
    return said


def _valid(schema: Any, given: dict[str, Any]) -> Any:
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise InvalidRequest(" ".join(fault_of(error).sentences)) from None


def _landing(error: AppError | None = None, chosen: str | None = None) -> Response:
    services = current_services()
    page = render_template(
        "visit/landing.html",
        accounts=[_card(account) for account in services.demo.accounts],
        given=request.form,
        our_color=OUR_COLOR,
        origin=origin_field(),
        minutes=services.settings.demo_session_duration_minutes,
        notice=find_notice(request.args.get(PARAMETER)),
        error=error,
        chosen=chosen,
        is_open=_has_open_session(),
        is_guest=(caller := find_caller()) is not None and caller.share is not None,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _card(account: Account) -> dict[str, Any]:
    """Return an account as its card shows it, with the situations to begin in."""
    scenarios = current_services().demo.scenarios_of(account.account_type)
    return account.public | {"scenarios": [one.public for one in scenarios]}


def _has_open_session() -> bool:
    """Return True if the gateway knows an open session of this browser."""
    record: Any = request.environ.get(SESSION_KEY)
    return record is not None and record.status in ("pending", "active")


def _login_page(error: AppError | None = None) -> str:
    accounts = current_services().demo.accounts
    email = request.form.get("correo", "")
    return render_template("visit/login.html", accounts=accounts, error=error, email=email)


def _refused(response: Response, error: AppError) -> Response:
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def enter(opened: OpenedSession) -> Response:
    """Give a browser the session that was opened, and lead into it."""
    is_ready = opened.session.tenant_id is not None
    address = with_notice(INSIDE, "abierta") if is_ready else WAITING
    response = redirect(address, HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    response.headers["Set-Cookie"] = session_cookie(opened.token)
    response.headers["Cache-Control"] = "no-store"
    return response
