"""The guided tour: its page with the checklist, and the form that moves it along."""

from http import HTTPStatus

from flask import Response, redirect, request
from sqlalchemy.orm import Session

from app.control.services import current_services
from app.control.tours.progress import TourState
from app.demo.tours import Step
from app.web.inside.forms import text_of
from app.web.inside.frame import Answer, Shown, blueprint, current_session, in_bakery, reachable
from app.web.inside.guide import guide_of
from app.web.parts.notices import with_notice
from app.web.visit.session import where_from

PAGE = "/demo/recorrido"


@blueprint.get("/recorrido")
@in_bakery("business")
def show_tour(_session: Session) -> Answer:
    """Show every step of the tour and the checklist."""
    return Shown("visit/tour.html", {"title": "Recorrido"})


@blueprint.post("/recorrido")
@in_bakery("business")
def move_tour(_session: Session) -> Answer:
    """Go to a step, leave the tour, or finish it."""
    visit = current_session()
    guide = guide_of(visit, reachable)
    if guide is None:
        return _lead(PAGE)
    step = guide.find(text_of("paso"))
    tours = current_services().tours
    if step is not None:
        tours.move(visit.id, TourState.RUNNING, step.name)
        return _lead_to(step)
    if request.form.get("accion") == "terminar":
        tours.move(visit.id, TourState.FINISHED, guide.steps[-1].name)
        return _lead(with_notice(PAGE, "recorrido"))
    if request.form.get("accion") == "dejar":
        tours.move(visit.id, TourState.LEFT, guide.step.name)
        return _lead(where_from())
    tours.move(visit.id, TourState.RUNNING, guide.step.name)
    return _lead_to(guide.step)


def _lead_to(step: Step) -> Response:
    """Lead to a step's page: its panel is told first, and has the way to what it speaks of."""
    return _lead(f"{step.path}#paso")


def _lead(address: str) -> Response:
    response = redirect(address, HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    return response
