"""Delivering an order with less than was ordered: the form with what goes out of each product."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from app.bakery.orders import service
from app.bakery.orders.models import OrderStatus
from app.bakery.orders.schemas import OrderDetail
from app.language.texts import _
from app.web.inside.forms import Fault, decimal_of, whole_of
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.versions import version_of

FIELD = "e-"


@blueprint.get("/pedidos/<uuid:order_id>/entregar")
@in_bakery("orders")
def deliver_less(session: Session, order_id: UUID) -> Answer:
    """Show the form that delivers less than was ordered."""
    return show_delivery(session, order_id)


def show_delivery(session: Session, order_id: UUID, fault: Fault | None = None) -> Shown:
    """Show that form, with what it came with if something was wrong."""
    found = OrderDetail.model_validate(service.fetch_order(session, order_id))
    context = {
        "title": _("Entregar el pedido n.º %(number)s", number=found.order_number),
        "order": found,
        "deliverable": OrderStatus.DELIVERED in found.next_statuses,
        "version": version_of(found),
        "given": request.form,
        "fault": fault,
    }
    return Shown("trade/delivery.html", context, fault.status if fault else 200)


def delivered_lines(form: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Return what the form says is delivered of each product; None if it says nothing of it."""
    named = [name for name in form if name.startswith(FIELD)]
    lines = [
        {
            "product_id": whole_of(name.removeprefix(FIELD)),
            "quantity": decimal_of(form[name]),
        }
        for name in named
    ]
    return lines or None
