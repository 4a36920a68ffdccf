"""Runs a page's view in its bakery, and draws what surrounds it: navigation and session bar.

A page calls the same services as the API, in the same tenant transaction, and shows the API's own
answers: there is no second truth.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import uuid4

from flask import Blueprint, Response, g, make_response, render_template, request
from sqlalchemy.orm import Session

from app.bakery.business.schemas import TenantOut
from app.bakery.business.service import describe_business
from app.bakery.scope import TenantView
from app.control.services import current_services
from app.control.sessions.caller import Caller, find_caller
from app.control.sessions.session_view import WARNING_SECONDS, SessionView
from app.control.visits.counting import note_part
from app.web.inside.forms import plain
from app.web.inside.guide import guide_of
from app.web.inside.navigation import place_of, sections_of
from app.web.inside.refusals import refusal
from app.web.parts.assets import compressed
from app.web.parts.headers import protect
from app.web.parts.notices import PARAMETER, find_notice

P = ParamSpec("P")

_CHANGING = re.compile(
    r'(<form\b(?=[^>]*\bmethod="post")(?![^>]*\baction="/(?:compartir/salir|idioma)")[^>]*>)(.*?)(</form>)',
    re.DOTALL,
)
"""A form that changes something of the session's."""

blueprint = Blueprint("inside", __name__, url_prefix="/demo", template_folder="../templates")
blueprint.add_app_template_global(refusal)
blueprint.add_app_template_filter(plain)


@blueprint.after_request
def finish(response: Response) -> Response:
    """Keep a page out of every cache, and make it small."""
    response.headers["Cache-Control"] = "no-store"
    protect(response)
    return compressed(response) if response.mimetype == "text/html" else response


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its template and what that shows."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200


Answer = Shown | Response
View = Callable[Concatenate[Session, P], Answer]


def in_bakery(module: str) -> Callable[[View[P]], Callable[P, Response]]:
    """Run a view in a transaction of the visitor's bakery, which must have the module."""

    def decorate(view: View[P]) -> Callable[P, Response]:
        def inside(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
            g.bakery = TenantOut.model_validate(describe_business(session))
            return view(session, *args, **kwargs)

        run = TenantView(module, inside, None, None)

        @wraps(view)
        def respond(*args: P.args, **kwargs: P.kwargs) -> Response:
            answer = run(*args, **kwargs)
            return answer if isinstance(answer, Response) else draw(answer)

        return respond

    return decorate


def bakery() -> TenantOut:
    """Return the bakery of this request."""
    return cast("TenantOut", g.bakery)


@blueprint.app_template_global()
def reachable(address: str) -> bool:
    """Return True if the bakery has the module that an address below `/demo` is in."""
    section, _place = place_of(address.partition("?")[0])
    return "bakery" not in g or section.module in bakery().modules


def draw(shown: Shown) -> Response:
    """Draw a page with what surrounds it."""
    section, place = place_of(request.path)
    note_part(section.module)
    session = current_session()
    page = render_template(
        shown.template,
        bakery=bakery(),
        sections=sections_of(bakery().modules),
        section=section,
        place=place,
        bar=_bar_of(session),
        guide=guide_of(session, reachable) if current_caller().share is None else None,
        notice=find_notice(request.args.get(PARAMETER)),
        form_key=lambda: uuid4().hex,
        **shown.context,
    )
    return make_response(page if current_caller().may_change else locked(page), shown.status)


def locked(page: str) -> str:
    """Return a page whose forms that change something cannot be used; the gateway refuses them."""
    return _CHANGING.sub(r'\1<fieldset class="unused" disabled>\2</fieldset>\3', page)


@dataclass(frozen=True, slots=True)
class SessionBar:
    """The session as its bar shows it."""

    expires_at: datetime
    seconds: int
    extensions_left: int
    minutes: float
    access: str = "own"
    message: str | None = None
    """What operators say to the visitor."""

    @property
    def is_owners(self) -> bool:
        """True if the visitor may extend, reset, share and end the session."""
        return self.access == "own"

    @property
    def is_ending(self) -> bool:
        """True in the last two minutes."""
        return self.seconds <= WARNING_SECONDS


def current_session() -> SessionView:
    """Return the session of this request, as it stands in the database.

    Raises:
        Unauthorized: it is over.
    """
    return current_services().sessions.fetch_open_row(current_caller().session)


def current_caller() -> Caller:
    """Return who sends this request: the session's owner, or a guest."""
    caller = find_caller()
    assert caller is not None, "the gateway lets no one inside without a session"
    return caller


def _bar_of(session: SessionView) -> SessionBar:
    settings = current_services().settings
    left = (session.expires_at - datetime.now(UTC)).total_seconds()
    return SessionBar(
        expires_at=session.expires_at,
        seconds=max(0, round(left)),
        extensions_left=max(0, settings.demo_session_max_extensions - session.extensions),
        minutes=settings.demo_session_duration_minutes,
        access=current_caller().access,
        message=session.message,
    )
