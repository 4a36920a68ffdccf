"""Lists and details of purchase orders, with what of them has come."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.inventory.models import Ingredient, StockLot
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseStatus
from app.bakery.procurement.order_schemas import PurchaseQuery
from app.bakery.suppliers.models import Supplier

NO_ORDER = "No existe ese pedido de compra."
WAITING = (PurchaseStatus.SENT, PurchaseStatus.PARTLY_RECEIVED)

RECEIVED: ColumnElement[Any] = (
    select(func.coalesce(func.sum(StockLot.quantity_received), 0))
    .where(
        StockLot.purchase_order_id == PurchaseOrderLine.purchase_order_id,
        StockLot.ingredient_id == PurchaseOrderLine.ingredient_id,
    )
    .correlate(PurchaseOrderLine)
    .scalar_subquery()
)
"""The quantity of an order's line that has come, in its lots."""
RECEIVED_TOTAL: ColumnElement[Any] = (
    select(
        func.coalesce(func.sum(func.round(StockLot.quantity_received * StockLot.unit_cost, 2)), 0)
    )
    .where(StockLot.purchase_order_id == PurchaseOrder.id)
    .correlate(PurchaseOrder)
    .scalar_subquery()
)

ORDERS = Listing(
    sorts={
        "created_at": PurchaseOrder.created_at,
        "expected_on": PurchaseOrder.expected_on,
        "supplier_name": folded(Supplier.name),
        "status": PurchaseOrder.status,
        "total": PurchaseOrder.total,
    },
    default="-created_at",
    tie_breakers=(PurchaseOrder.id,),
    search=(Supplier.name,),
)


def select_orders() -> Rows:
    """Purchase orders with their suppliers, and whether they are late."""
    return select(
        *PurchaseOrder.__table__.columns,
        Supplier.name.label("supplier_name"),
        Supplier.minimum_order,
        (PurchaseOrder.total < Supplier.minimum_order).label("below_minimum"),
        _late().label("overdue"),
        RECEIVED_TOTAL.label("received_total"),
    ).join(Supplier, Supplier.id == PurchaseOrder.supplier_id)


def list_orders(session: Session, query: PurchaseQuery) -> dict[str, Any]:
    """A page of purchase orders, the newest first."""
    statement = select_orders()
    if query.status is not None:
        statement = statement.where(PurchaseOrder.status == query.status)
    if query.supplier_id is not None:
        statement = statement.where(PurchaseOrder.supplier_id == query.supplier_id)
    if query.from_ is not None:
        statement = statement.where(PurchaseOrder.expected_on >= query.from_)
    if query.to is not None:
        statement = statement.where(PurchaseOrder.expected_on <= query.to)
    if query.overdue is not None:
        statement = statement.where(_late() if query.overdue else ~_late())
    return paginate(session, statement, ORDERS, query)


def _late() -> ColumnElement[bool]:
    """It was to be here before today and is not, or not all of it."""
    return PurchaseOrder.status.in_(WAITING) & (PurchaseOrder.expected_on < today())


def fetch_order(session: Session, order_id: int) -> dict[str, Any]:
    """One purchase order with its lines and the lots that came of it."""
    order = fetch_one(session, select_orders().where(PurchaseOrder.id == order_id), NO_ORDER)
    lines = select_lines().where(PurchaseOrderLine.purchase_order_id == order_id)
    lots = (
        select(
            StockLot.id,
            StockLot.lot_code,
            StockLot.ingredient_id,
            StockLot.quantity_received,
            StockLot.unit_cost,
            StockLot.received_on,
            StockLot.expires_on,
        )
        .where(StockLot.purchase_order_id == order_id)
        .order_by(StockLot.id)
    )
    return order | {"lines": fetch_all(session, lines), "lots": fetch_all(session, lots)}


def select_lines() -> Rows:
    """Lines of purchase orders, with what of them has come."""
    return (
        select(
            *PurchaseOrderLine.__table__.columns,
            Ingredient.name.label("ingredient_name"),
            Ingredient.unit,
            (PurchaseOrderLine.packs * PurchaseOrderLine.unit_price).label("amount"),
            RECEIVED.label("quantity_received"),
        )
        .join(Ingredient, Ingredient.id == PurchaseOrderLine.ingredient_id)
        .order_by(PurchaseOrderLine.purchase_order_id, folded(Ingredient.name), Ingredient.id)
    )
