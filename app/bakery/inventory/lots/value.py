"""What the stock is worth, lot by lot at what it cost, and what was thrown away."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Location
from app.bakery.clock import day_end, day_start, today
from app.bakery.inventory.lots.schemas import WasteQuery
from app.bakery.inventory.models import MovementKind, StockLot
from app.bakery.inventory.service import select_movements
from app.bakery.listing import Listing, fetch_all, folded, paginate

WASTE_DAYS = 30


def value_stock(session: Session) -> dict[str, Any]:
    """The value of the lots at each location, and in all."""
    expired = StockLot.expires_on < today()
    value = func.coalesce(func.sum(StockLot.value), 0)
    statement = (
        select(
            Location.id.label("location_id"),
            Location.name.label("location_name"),
            func.count(StockLot.id).label("lots"),
            value.label("value"),
            func.coalesce(func.sum(StockLot.value).filter(expired), 0).label("expired_value"),
        )
        .outerjoin(StockLot, (StockLot.location_id == Location.id) & (StockLot.quantity > 0))
        .group_by(Location.id)
        .order_by(Location.id)
    )
    locations = fetch_all(session, statement)
    return {
        "total": sum(row["value"] for row in locations),
        "expired_value": sum(row["expired_value"] for row in locations),
        "locations": locations,
    }


def list_waste(session: Session, query: WasteQuery) -> dict[str, Any]:
    """A page of what was thrown away, by thing and reason, the dearest first."""
    last = query.to or today()
    first = query.from_ or last - timedelta(days=WASTE_DAYS - 1)
    moves = select_movements().subquery()
    value = func.sum(-moves.c.quantity * moves.c.unit_cost)
    quantity = func.sum(-moves.c.quantity)
    thing = (moves.c.ingredient_id, moves.c.product_id, moves.c.item_name, moves.c.unit)
    statement = (
        select(
            *thing,
            moves.c.reason,
            func.count().label("movements"),
            quantity.label("quantity"),
            value.label("value"),
        )
        .where(
            moves.c.kind == MovementKind.WASTE,
            moves.c.occurred_at >= day_start(first),
            moves.c.occurred_at < day_end(last),
        )
        .group_by(*thing, moves.c.reason)
    )
    if query.location_id is not None:
        statement = statement.where(moves.c.location_id == query.location_id)
    listing = Listing(
        sorts={
            "item_name": folded(moves.c.item_name),
            "reason": folded(moves.c.reason),
            "quantity": quantity,
            "value": value,
        },
        default="-value",
        tie_breakers=(moves.c.ingredient_id, moves.c.product_id, moves.c.reason),
        search=(moves.c.item_name, moves.c.reason),
        computed=True,
    )
    return paginate(session, statement, listing, query)
