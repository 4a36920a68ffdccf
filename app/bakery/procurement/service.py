"""Purchase suggestions for ingredients that run low, and purchase orders."""

from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from app.bakery.inventory.models import Ingredient
from app.bakery.inventory.service import BELOW_REORDER, ON_HAND
from app.bakery.listing import Listing, ListQuery, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.procurement.models import (
    ProcurementRun,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseStatus,
)
from app.bakery.procurement.orders import RECEIVED
from app.bakery.procurement.schemas import SuggestionQuery
from app.bakery.suppliers.models import Supplier, SupplierPrice
from app.bakery.suppliers.service import UNIT_PRICE

_COMING = (
    select(
        PurchaseOrderLine.ingredient_id,
        func.sum(func.greatest(PurchaseOrderLine.quantity - RECEIVED, 0)).label("quantity"),
    )
    .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
    .where(PurchaseOrder.status.not_in((PurchaseStatus.RECEIVED, PurchaseStatus.CANCELLED)))
    .group_by(PurchaseOrderLine.ingredient_id)
    .subquery("coming")
)
"""What is still to come of each ingredient, summed once for all of them."""
ON_ORDER: ColumnElement[Any] = func.coalesce(_COMING.c.quantity, 0)
MISSING: ColumnElement[Any] = Ingredient.reorder_point - ON_HAND - ON_ORDER
"""What there will be too little of, once all that is on order has come; negative if enough."""
NEEDED: ColumnElement[Any] = func.greatest(Ingredient.reorder_quantity, MISSING)
"""The usual quantity, or more where that would not even fill up to the reorder point."""
TO_BUY: ColumnElement[bool] = or_(MISSING > 0, and_(BELOW_REORDER, ON_ORDER == 0))
"""It runs low, and what is on order does not make up for it."""
CHEAPEST: ColumnElement[int] = (
    select(SupplierPrice.id)
    .join(Supplier, Supplier.id == SupplierPrice.supplier_id)
    .where(SupplierPrice.ingredient_id == Ingredient.id, Supplier.is_active)
    .correlate(Ingredient)
    .order_by(UNIT_PRICE, Supplier.lead_time_days, SupplierPrice.id)
    .limit(1)
    .scalar_subquery()
)
"""The best price for a unit of an ingredient; of equal ones, the one that comes sooner."""
PACKS: ColumnElement[Any] = case(
    (
        SupplierPrice.id.is_not(None),
        cast(func.greatest(func.ceil(NEEDED / SupplierPrice.pack_size), 1), BigInteger),
    )
)
COST: ColumnElement[Any] = PACKS * SupplierPrice.pack_price

SUGGESTIONS = Listing(
    sorts={
        "ingredient_name": folded(Ingredient.name),
        "supplier_name": folded(Supplier.name),
        "category": Ingredient.category,
        "quantity": ON_HAND,
        "cost": COST,
    },
    default="ingredient_name",
    tie_breakers=(Ingredient.id,),
    search=(Ingredient.name, Supplier.name),
)
RUNS = Listing(
    sorts={"created_at": ProcurementRun.created_at, "id": ProcurementRun.id},
    default="-created_at",
    tie_breakers=(ProcurementRun.id,),
    search=(ProcurementRun.notes,),
)


def select_suggestions() -> Rows:
    """Ingredients to buy, with the cheapest price there is."""
    return (
        select(
            Ingredient.id.label("ingredient_id"),
            Ingredient.name.label("ingredient_name"),
            Ingredient.category,
            Ingredient.unit,
            ON_HAND.label("quantity"),
            Ingredient.reorder_point,
            ON_ORDER.label("on_order"),
            NEEDED.label("needed"),
            Supplier.id.label("supplier_id"),
            Supplier.name.label("supplier_name"),
            Supplier.lead_time_days,
            Supplier.minimum_order,
            SupplierPrice.pack_size,
            SupplierPrice.pack_price,
            UNIT_PRICE.label("unit_price"),
            PACKS.label("packs"),
            COST.label("cost"),
        )
        .select_from(Ingredient)
        .outerjoin(_COMING, _COMING.c.ingredient_id == Ingredient.id)
        .outerjoin(SupplierPrice, SupplierPrice.id == CHEAPEST)
        .outerjoin(Supplier, Supplier.id == SupplierPrice.supplier_id)
        .where(Ingredient.is_active, TO_BUY)
    )


def list_suggestions(session: Session, query: SuggestionQuery) -> dict[str, Any]:
    """A page of suggestions."""
    statement = select_suggestions()
    if query.supplier_id is not None:
        statement = statement.where(Supplier.id == query.supplier_id)
    if query.category is not None:
        statement = statement.where(Ingredient.category == query.category)
    return paginate(session, statement, SUGGESTIONS, query)


def _select_runs() -> Rows:
    count = select(func.count()).where(PurchaseOrder.run_id == ProcurementRun.id)
    total = select(func.coalesce(func.sum(PurchaseOrder.total), 0)).where(
        PurchaseOrder.run_id == ProcurementRun.id
    )
    return select(
        *ProcurementRun.__table__.columns,
        count.correlate(ProcurementRun).scalar_subquery().label("orders"),
        total.correlate(ProcurementRun).scalar_subquery().label("total"),
    )


def list_runs(session: Session, query: ListQuery) -> dict[str, Any]:
    """A page of runs, the newest first."""
    return paginate(session, _select_runs(), RUNS, query)


def fetch_run(session: Session, run_id: int) -> dict[str, Any]:
    """One run with its purchase orders and their lines."""
    run = fetch_one(
        session,
        _select_runs().where(ProcurementRun.id == run_id),
        "No existe esa ronda de compras.",
    )
    orders = (
        select(
            *PurchaseOrder.__table__.columns,
            Supplier.name.label("supplier_name"),
            Supplier.minimum_order,
            (PurchaseOrder.total < Supplier.minimum_order).label("below_minimum"),
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .where(PurchaseOrder.run_id == run_id)
        .order_by(PurchaseOrder.id)
    )
    lines = _fetch_lines(session, run_id)
    found = [order | {"lines": lines.get(order["id"], [])} for order in fetch_all(session, orders)]
    return run | {"purchase_orders": found}


def _fetch_lines(session: Session, run_id: int) -> dict[int, list[dict[str, Any]]]:
    """The lines of all purchase orders of a run, by purchase order."""
    statement = (
        select(
            *PurchaseOrderLine.__table__.columns,
            Ingredient.name.label("ingredient_name"),
            Ingredient.unit,
            (PurchaseOrderLine.packs * PurchaseOrderLine.unit_price).label("amount"),
        )
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
        .join(Ingredient, Ingredient.id == PurchaseOrderLine.ingredient_id)
        .where(PurchaseOrder.run_id == run_id)
        .order_by(PurchaseOrder.id, folded(Ingredient.name), Ingredient.id)
    )
    rows = fetch_all(session, statement)
    grouped = groupby(rows, lambda row: row["purchase_order_id"])
    return {order_id: list(lines) for order_id, lines in grouped}
