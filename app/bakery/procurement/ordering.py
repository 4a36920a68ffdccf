"""Purchase orders by hand: drafted, sent, given up."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.bakery.clock import now, today
from app.bakery.labels import inside_sentence
from app.bakery.listing import fetch_all
from app.bakery.problems import Problems
from app.bakery.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseStatus
from app.bakery.procurement.order_schemas import PurchaseIn, PurchaseLineIn
from app.bakery.procurement.orders import NO_ORDER, fetch_order
from app.bakery.suppliers.models import Supplier, SupplierPrice
from app.errors import Conflict, NotFound
from app.language.texts import N_, _


def draft(session: Session, asked: PurchaseIn) -> dict[str, Any]:
    """Draft a purchase order at the supplier's prices.

    Raises:
        InvalidRequest: there is no such supplier, it does not sell an ingredient, or one is there
            twice.
    """
    problems = Problems()
    supplier = session.get(Supplier, asked.supplier_id)
    if supplier is None or not supplier.is_active:
        sentence = _(
            "El proveedor %(supplier_id)s no existe o ya no nos sirve.",
            supplier_id=asked.supplier_id,
        )
        problems.add("supplier_id", sentence)
        problems.ensure_none()
    assert supplier is not None, "it was checked above"
    prices = _prices(session, supplier.id, asked.lines)
    _check(asked.lines, prices, supplier, problems)
    problems.ensure_none()
    lines = [(line, prices[line.ingredient_id]) for line in asked.lines]
    order = PurchaseOrder(
        supplier_id=supplier.id,
        status=PurchaseStatus.DRAFT,
        created_at=now(),
        expected_on=today() + timedelta(days=supplier.lead_time_days),
        total=sum((line.packs * price["pack_price"] for line, price in lines), Decimal(0)),
    )
    session.add(order)
    session.flush()
    rows = [
        {
            "purchase_order_id": order.id,
            "ingredient_id": line.ingredient_id,
            "packs": line.packs,
            "quantity": line.packs * price["pack_size"],
            "unit_price": price["pack_price"],
        }
        for line, price in lines
    ]
    session.execute(insert(PurchaseOrderLine).values(rows))
    return fetch_order(session, order.id)


def _prices(
    session: Session, supplier_id: int, lines: Sequence[PurchaseLineIn]
) -> dict[int, dict[str, Any]]:
    statement = select(
        SupplierPrice.ingredient_id, SupplierPrice.pack_size, SupplierPrice.pack_price
    ).where(
        SupplierPrice.supplier_id == supplier_id,
        SupplierPrice.ingredient_id.in_([line.ingredient_id for line in lines]),
    )
    return {row["ingredient_id"]: row for row in fetch_all(session, statement)}


def _check(
    lines: Sequence[PurchaseLineIn],
    prices: dict[int, dict[str, Any]],
    supplier: Supplier,
    problems: Problems,
) -> None:
    seen = set()
    for number, line in enumerate(lines):
        place = f"lines.{number}.ingredient_id"
        if line.ingredient_id not in prices:
            sentence = _(
                "%(name)s no tiene precio para el ingrediente %(ingredient_id)s.",
                name=supplier.name,
                ingredient_id=line.ingredient_id,
            )
            problems.add(place, sentence)
        elif line.ingredient_id in seen:
            problems.add(place, "Este ingrediente está dos veces.")
        seen.add(line.ingredient_id)


def send(session: Session, order_id: int) -> dict[str, Any]:
    """Send a draft to its supplier; the delivery is expected from today on.

    Raises:
        NotFound: there is no such order.
        Conflict: it is no draft any more.
    """
    order = lock_order(session, order_id, (PurchaseStatus.DRAFT,), N_("enviar"))
    lead = session.scalar(select(Supplier.lead_time_days).where(Supplier.id == order.supplier_id))
    order.status, order.sent_at = PurchaseStatus.SENT, now()
    order.expected_on = today() + timedelta(days=lead or 0)
    session.flush()
    return fetch_order(session, order_id)


def cancel(session: Session, order_id: int) -> dict[str, Any]:
    """Give up an order of which nothing has come.

    Raises:
        NotFound: there is no such order.
        Conflict: something of it has come, or it was given up before.
    """
    states = (PurchaseStatus.DRAFT, PurchaseStatus.SENT)
    order = lock_order(session, order_id, states, N_("anular"))
    order.status, order.closed_on = PurchaseStatus.CANCELLED, today()
    session.flush()
    return fetch_order(session, order_id)


def lock_order(
    session: Session, order_id: int, states: Sequence[PurchaseStatus], verb: str
) -> PurchaseOrder:
    """Lock a purchase order that must be in one of these states.

    Raises:
        NotFound: there is no such order.
        Conflict: it is in another state.
    """
    order = session.scalar(
        select(PurchaseOrder).where(PurchaseOrder.id == order_id).with_for_update()
    )
    if order is None:
        raise NotFound(NO_ORDER)
    if order.status not in states:
        sentence = _(
            "Un pedido %(status)s no se puede %(verb)s.", status=_said(order.status), verb=_(verb)
        )
        raise Conflict(sentence, code="invalid_transition")
    return order


def _said(status: PurchaseStatus) -> str:
    return _("en borrador") if status is PurchaseStatus.DRAFT else inside_sentence(status)
