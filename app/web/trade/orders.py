"""Orders: the list, one order with the steps that can follow, and the form that makes one."""

from datetime import timedelta
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.orders import placing, service
from app.bakery.orders.models import Order, OrderStatus
from app.bakery.orders.pricing import price_factor
from app.bakery.orders.schemas import (
    OrderChange,
    OrderDetail,
    OrderIn,
    OrderPage,
    OrderQuery,
)
from app.bakery.pos.schemas import ProductOut, ProductPage, ProductQuery
from app.bakery.pos.service import list_products
from app.language.texts import _
from app.web.inside.forms import Fault, quantities_of, submit, text_of, whole_of
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, choices_of, offer_table, show_list
from app.web.inside.versions import ensure_seen, version_of
from app.web.parts.notices import with_notice
from app.web.trade.customers import every_customer
from app.web.trade.delivering import delivered_lines, show_delivery

FIELD = "u-"
ORDER = "/demo/pedidos/{id}"
EVERY = 100
FACTOR_OF_ONE = 10_000
"""The form has factors of prices as whole numbers, so that its sums are exact."""
YES = (("", "Todos"), ("true", "Atrasados"))
LIST = ListPage(
    title="Pedidos",
    path="/demo/pedidos",
    things=("pedido", "pedidos"),
    query=OrderQuery,
    fetch=service.list_orders,
    schema=OrderPage,
    columns=(
        Column("order_number", "amount_id", sort="order_number", link=ORDER, wide=True),
        Column(
            "customer_name",
            sort="customer_name",
            link="/demo/pedidos/{id}",
            note="notes",
        ),
        Column("due_on", "due", sort="due_on"),
        Column("pieces", "amount", wide=True),
        Column("status", "state", sort="status"),
        Column("total", "euros", sort="total", wide=True),
    ),
    filters=(
        Filter("status", "Estado", choices_of(OrderStatus)),
        Filter("overdue", "Plazo", YES),
        Filter("from", "Entrega desde"),
        Filter("to", "Hasta"),
    ),
    search="Cliente, número o nota",
    defaults={"sort": "to_do"},
)


@blueprint.get("/pedidos")
@in_bakery("orders")
def orders(session: Session) -> Answer:
    """List orders: open ones first, by the day that they are due."""
    return show_list(session, LIST, "trade/orders.html")


offer_table("orders", LIST)


@blueprint.get("/pedidos/nuevo")
@in_bakery("orders")
def new_order(session: Session) -> Answer:
    """Show the form that makes an order."""
    return _show_form(session)


@blueprint.post("/pedidos")
@in_bakery("orders")
def place(session: Session) -> Answer:
    """Take an order."""

    def work() -> str:
        asked = OrderIn.model_validate(
            {
                "customer_id": whole_of(text_of("cliente")),
                "due_on": text_of("entrega") or "",
                "lines": quantities_of(FIELD, request.form),
                "notes": text_of("notas"),
            }
        )
        made = placing.place(session, asked)
        return with_notice(ORDER.format(id=made["id"]), "pedido")

    answer = submit(session, work)
    return answer if isinstance(answer, Response) else _show_form(session, answer)


@blueprint.get("/pedidos/<uuid:order_id>")
@in_bakery("orders")
def order(session: Session, order_id: UUID) -> Answer:
    """Show an order and what can be done with it."""
    return _show_order(session, order_id)


@blueprint.get("/pedidos/<uuid:order_id>/cambiar")
@in_bakery("orders")
def edit_order(session: Session, order_id: UUID) -> Answer:
    """Show the form that changes an order."""
    return _show_change(session, order_id)


@blueprint.post("/pedidos/<uuid:order_id>")
@in_bakery("orders")
def change(session: Session, order_id: UUID) -> Answer:
    """Move an order along, or change its day, its lines and its notes."""
    status, delivered = text_of("estado"), delivered_lines(request.form)

    def work() -> str:
        ensure_seen(session, Order, order_id, lambda: _fetch(session, order_id))
        if status is not None:
            step = {"status": status} | ({"delivered_lines": delivered} if delivered else {})
            placing.change(session, order_id, OrderChange.model_validate(step))
            return with_notice(ORDER.format(id=order_id), "pedido-estado")
        asked = OrderChange.model_validate(
            {
                "due_on": text_of("entrega") or "",
                "lines": quantities_of(FIELD, request.form),
                "notes": request.form.get("notas", ""),
            }
        )
        placing.change(session, order_id, asked)
        return with_notice(ORDER.format(id=order_id), "pedido-cambiado")

    answer = submit(session, work)
    if isinstance(answer, Response):
        return answer
    if delivered:
        return show_delivery(session, order_id, answer)
    if status is not None:
        return _show_order(session, order_id, answer)
    return _show_change(session, order_id, answer)


def _fetch(session: Session, order_id: UUID) -> OrderDetail:
    return OrderDetail.model_validate(service.fetch_order(session, order_id))


def _show_order(session: Session, order_id: UUID, fault: Fault | None = None) -> Shown:
    found = _fetch(session, order_id)
    context = {
        "title": _("Pedido n.º %(number)s", number=found.order_number),
        "order": found,
        "version": version_of(found),
        "editable": found.status in placing.EDITABLE,
        "fault": fault,
    }
    return Shown("trade/order.html", context, fault.status if fault else 200)


def _show_form(session: Session, fault: Fault | None = None) -> Shown:
    customers = every_customer(session)
    factors = {one.id: price_factor(one.kind, one.discount_percent) for one in customers}
    context = {
        "title": _("Pedido nuevo"),
        "customers": customers,
        "factors": {name: int(factor * FACTOR_OF_ONE) for name, factor in factors.items()},
        "customer": request.form.get("cliente") or request.args.get("cliente", ""),
        "products": _products(session),
        "due_on": request.form.get("entrega") or (today() + timedelta(days=1)).isoformat(),
        "first_day": today().isoformat(),
        "notes": request.form.get("notas", ""),
        "quantities": _given(),
        "fault": fault,
    }
    return Shown("trade/new_order.html", context, fault.status if fault else 200)


def _show_change(session: Session, order_id: UUID, fault: Fault | None = None) -> Shown:
    found = _fetch(session, order_id)
    before = {line.product_id: f"{line.quantity:f}".partition(".")[0] for line in found.lines}
    context = {
        "title": _("Cambiar el pedido n.º %(number)s", number=found.order_number),
        "order": found,
        "version": version_of(found),
        "products": _products(session),
        "due_on": request.form.get("entrega") or found.due_on.isoformat(),
        "first_day": min(today(), found.due_on).isoformat(),
        "notes": request.form.get("notas", found.notes or ""),
        "quantities": _given() if fault else before,
        "fault": fault,
    }
    return Shown("trade/change_order.html", context, fault.status if fault else 200)


def _products(session: Session) -> list[ProductOut]:
    query = ProductQuery(active=True, per_page=EVERY)
    return ProductPage.model_validate(list_products(session, query)).items


def _given() -> dict[int, str]:
    """Return the quantities that the form came with, by product."""
    found = {}
    for name, value in request.form.items():
        product = name.removeprefix(FIELD)
        if product != name and product.isdigit():
            found[int(product)] = value
    return found
