"""The guided tour: its page with the checklist, and the form that moves it along."""

from http import HTTPStatus

from flask import Response, redirect, request
from sqlalchemy.orm import Session

from app.control.services import current_services
from app.control.sessions.session_view import SessionView
from app.control.tours.progress import TourState
from app.demo.tours import Step
from app.language.texts import _
from app.web.inside.forms import text_of
from app.web.inside.frame import Answer, Shown, blueprint, current_session, in_bakery, reachable
from app.web.inside.guide import Guide, guide_of
from app.web.parts.notices import with_notice
from app.web.visit.session import where_from

PAGE = "/demo/recorrido"


@blueprint.get("/recorrido")
@in_bakery("business")
def show_tour(_session: Session) -> Answer:
    """Show every step of the tour and the checklist."""
    return Shown("visit/tour.html", {"title": _("Recorrido")})


@blueprint.post("/recorrido")
@in_bakery("business")
def move_tour(_session: Session) -> Answer:
    """Go to a step, leave the tour, or finish it."""
    visit = current_session()
    guide = guide_of(visit, reachable)
    if guide is None:
        return _lead(PAGE)
    action, step = request.form.get("accion"), guide.find(text_of("paso"))
    if action == "dejar":
        _keep(visit, guide, TourState.LEFT, guide.step)
        return _lead(where_from())
    if action == "terminar":
        _keep(visit, guide, TourState.FINISHED, guide.steps[-1])
        return _lead(with_notice(PAGE, "recorrido"))
    _keep(visit, guide, TourState.RUNNING, step or guide.step)
    return _lead(f"{(step or guide.step).path}#paso")  # its panel has the way to its element


def _keep(visit: SessionView, guide: Guide, state: TourState, step: Step) -> None:
    services = current_services()
    services.tours.move(visit.id, state, step.name)
    if state is not TourState.LEFT:
        number, finished = guide.steps.index(step) + 1, state is TourState.FINISHED
        details = {"step": step.name, "number": number, "finished": finished}
        services.events.record("tour_step", session=visit.id, **details)


def _lead(address: str) -> Response:
    response = redirect(address, HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    return response
