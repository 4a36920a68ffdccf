"""Procurement runs: suggestions made into draft purchase orders, one a supplier."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.bakery.business.service import lock_business
from app.bakery.clock import now, today
from app.bakery.inventory.models import Ingredient
from app.bakery.listing import fetch_all
from app.bakery.procurement.models import (
    ProcurementRun,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseStatus,
)
from app.bakery.procurement.schemas import RunIn
from app.bakery.procurement.service import fetch_run, select_suggestions
from app.bakery.suppliers.models import Supplier
from app.control.visits.counting import note_deed
from app.errors import InvalidRequest
from app.language.texts import _

Suggestion = dict[str, Any]


def run(session: Session, asked: RunIn) -> dict[str, Any]:
    """Order what runs low, each ingredient from the supplier with the lowest price.

    A run that finds nothing to order is a run too: it has no purchase orders.

    Raises:
        InvalidRequest: an ingredient that was asked for is not among the suggestions, or no
            supplier sells it.
    """
    lock_business(session)  # two people who buy at once do not buy twice
    suggestions = _choose(session, asked.ingredient_ids)
    made = ProcurementRun(created_at=now(), notes=asked.notes or None)
    session.add(made)
    session.flush()
    by_supplier = groupby(suggestions, lambda row: int(row["supplier_id"]))
    groups = [(supplier_id, _up_to_minimum(list(rows))) for supplier_id, rows in by_supplier]
    orders = [_order_from(made.id, supplier_id, rows) for supplier_id, rows in groups]
    session.add_all(orders)
    session.flush()
    lines = [
        _line(order.id, row)
        for order, (_, rows) in zip(orders, groups, strict=True)
        for row in rows
    ]
    if lines:
        session.execute(insert(PurchaseOrderLine).values(lines))
    note_deed("procurement run")
    return fetch_run(session, made.id)


def _choose(session: Session, ingredient_ids: Sequence[int] | None) -> list[Suggestion]:
    """The suggestions that have a supplier, by supplier."""
    statement = select_suggestions().where(Supplier.id.is_not(None))
    if ingredient_ids is not None:
        statement = statement.where(Ingredient.id.in_(ingredient_ids))
    found = fetch_all(session, statement.order_by(Supplier.id, Ingredient.id))
    known = {row["ingredient_id"] for row in found}
    for place, ingredient_id in enumerate(ingredient_ids or ()):
        if ingredient_id not in known:
            sentence = _(
                "El ingrediente %(ingredient_id)s no está entre las sugerencias de compra.",
                ingredient_id=ingredient_id,
            )
            raise InvalidRequest(sentence, errors={"json": {f"ingredient_ids.{place}": [sentence]}})
    return found


def _up_to_minimum(rows: list[Suggestion]) -> list[Suggestion]:
    """Add packs up to the supplier's minimum, always of what the least is spent on."""
    while sum(row["cost"] for row in rows) < rows[0]["minimum_order"]:
        row = min(rows, key=lambda row: (row["cost"], row["ingredient_id"]))
        if row["pack_price"] <= 0:
            break  # it is given away: no minimum can be reached with it
        row["packs"] += 1
        row["cost"] += row["pack_price"]
    return rows


def _order_from(run_id: int, supplier_id: int, rows: Sequence[Suggestion]) -> PurchaseOrder:
    return PurchaseOrder(
        run_id=run_id,
        supplier_id=supplier_id,
        status=PurchaseStatus.DRAFT,
        created_at=now(),
        expected_on=today() + timedelta(days=rows[0]["lead_time_days"]),
        total=sum(row["cost"] for row in rows),
    )


def _line(order_id: int, row: Suggestion) -> dict[str, Any]:
    return {
        "purchase_order_id": order_id,
        "ingredient_id": row["ingredient_id"],
        "packs": row["packs"],
        "quantity": row["packs"] * row["pack_size"],
        "unit_price": row["pack_price"],
    }
