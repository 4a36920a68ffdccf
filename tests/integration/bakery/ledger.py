"""Reads the tables directly, to check what a write did."""

from sqlalchemy import func, select

from app.bakery.inventory.models import ProductStock, StockLot, StockMovement
from app.bakery.orders.models import Order
from app.bakery.pos.models import Sale, SaleLine, TillSession
from app.bakery.procurement.models import ProcurementRun

SAID = 'Ñandú 🥖 «مخبز» \u202eabc "x"; =1+1'
UNKNOWN_ID = "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"


def sale(*lines, **more):
    asked = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
    return {"lines": asked, "payment_method": "cash"} | more


def left(api, product_id, location_id=1):
    key = (product_id, location_id)
    with api.session() as session:
        row = session.get(ProductStock, key)
        return None if row is None else row.quantity


def movements(api, **where):
    with api.session() as session:
        found = session.scalars(
            select(StockMovement).filter_by(**where).order_by(StockMovement.id)
        ).all()
        return [
            (row.kind.value, row.product_id or row.ingredient_id, row.quantity) for row in found
        ]


def counts(api):
    """Return the row counts of all tables that a write could change."""
    kinds = (Sale, SaleLine, StockMovement, Order, StockLot, ProcurementRun, TillSession)
    with api.session() as session:
        return [session.scalar(select(func.count()).select_from(kind)) for kind in kinds]
