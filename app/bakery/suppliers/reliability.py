"""How reliable suppliers are: their share of deliveries on time and complete."""

from sqlalchemy import and_, case, func, select

from app.bakery.inventory.models import StockLot
from app.bakery.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseStatus

DAYS = 180

_CAME = (
    select(
        StockLot.purchase_order_id,
        StockLot.ingredient_id,
        func.sum(StockLot.quantity_received).label("quantity"),
    )
    .where(StockLot.purchase_order_id.is_not(None))
    .group_by(StockLot.purchase_order_id, StockLot.ingredient_id)
    .subquery("came")
)
_SHORT = (
    select(PurchaseOrderLine.purchase_order_id)
    .outerjoin(
        _CAME,
        and_(
            _CAME.c.purchase_order_id == PurchaseOrderLine.purchase_order_id,
            _CAME.c.ingredient_id == PurchaseOrderLine.ingredient_id,
        ),
    )
    .where(func.coalesce(_CAME.c.quantity, 0) < PurchaseOrderLine.quantity)
    .distinct()
    .subquery("short")
)
"""Orders of which not all came."""
_SHARE = 100.0
_ON_TIME = case((PurchaseOrder.closed_on <= PurchaseOrder.expected_on, _SHARE), else_=0.0)
_COMPLETE = case((_SHORT.c.purchase_order_id.is_(None), _SHARE), else_=0.0)

DELIVERIES = (
    select(
        PurchaseOrder.supplier_id,
        func.count().label("deliveries"),
        func.avg(_ON_TIME).label("on_time_percent"),
        func.avg(_COMPLETE).label("complete_percent"),
    )
    .outerjoin(_SHORT, _SHORT.c.purchase_order_id == PurchaseOrder.id)
    .where(
        PurchaseOrder.status == PurchaseStatus.RECEIVED,
        PurchaseOrder.closed_on >= func.current_date() - DAYS,
    )
    .group_by(PurchaseOrder.supplier_id)
    .subquery("deliveries")
)
"""The orders of each supplier that were closed lately, and how many in a hundred were good."""
