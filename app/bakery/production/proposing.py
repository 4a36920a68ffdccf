"""What should be baked on a day: the forecast and the orders, less what there is and is planned."""

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.bakery.business.service import lock_business
from app.bakery.clock import today
from app.bakery.forecasting.models import ForecastModel, ForecastPrediction
from app.bakery.inventory.models import ProductStock
from app.bakery.listing import fetch_all, folded
from app.bakery.orders.models import Order, OrderLine, OrderStatus
from app.bakery.pos.models import Product
from app.bakery.problems import refused
from app.bakery.production.baking import plan_batch
from app.bakery.production.models import BatchStatus, ProductionBatch
from app.bakery.production.schemas import BatchIn
from app.bakery.production.service import fetch_plan
from app.bakery.recipes.models import Recipe

OPEN = (OrderStatus.PENDING, OrderStatus.CONFIRMED)
"""Orders that nothing has been baked for yet."""


def propose(session: Session, day: date | None) -> dict[str, Any]:
    """Say what should be baked on a day; by default tomorrow."""
    day = day or today() + timedelta(days=1)
    items = [_settle(row, day) for row in fetch_all(session, _select(day))]
    wanted = [row for row in items if row["forecast"] or row["ordered"] or row["planned"]]
    return {"date": day, "items": wanted, "quantity": sum(row["quantity"] for row in wanted)}


def plan_day(session: Session, day: date | None) -> dict[str, Any]:
    """Put a batch on the plan for each product of which more should be baked.

    Raises:
        InvalidRequest: the day is over.
    """
    if day is not None and day < today():
        raise refused("date", "Ese día ya ha pasado.")
    lock_business(session)  # two people who plan a day at once plan it once
    proposal = propose(session, day)
    for row in proposal["items"]:
        if row["quantity"]:
            asked = BatchIn(
                recipe_id=row["recipe_id"],
                planned_on=proposal["date"],
                quantity_planned=row["quantity"],
            )
            plan_batch(session, asked)
    return fetch_plan(session, proposal["date"])


def _settle(row: dict[str, Any], day: date) -> dict[str, Any]:
    on_shelf = row["on_shelf"] if day == today() else Decimal(0)
    missing = row["forecast"] + row["ordered"] - on_shelf - row["planned"]
    whole = max(Decimal(0), missing).quantize(Decimal(1), ROUND_CEILING)
    return row | {"on_shelf": on_shelf, "quantity": whole}


def _select(day: date) -> Any:
    forecast = (
        select(func.sum(ForecastPrediction.quantity))
        .join(ForecastModel, ForecastModel.id == ForecastPrediction.model_id)
        .where(ForecastModel.product_id == Product.id, ForecastPrediction.predicted_for == day)
    )
    ordered = (
        select(func.sum(OrderLine.quantity))
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.product_id == Product.id, Order.due_on == day, Order.status.in_(OPEN))
    )
    on_shelf = select(func.sum(ProductStock.quantity)).where(ProductStock.product_id == Product.id)
    planned = select(func.sum(ProductionBatch.quantity_planned)).where(
        ProductionBatch.recipe_id == Recipe.id,
        ProductionBatch.planned_on == day,
        ProductionBatch.status != BatchStatus.CANCELLED,
    )
    first = select(func.min(Product.id)).where(Product.recipe_id == Recipe.id)
    return (
        select(
            Product.id.label("product_id"),
            Product.name.label("product_name"),
            Recipe.id.label("recipe_id"),
            Recipe.name.label("recipe_name"),
            _or_none(forecast).label("forecast"),
            _or_none(ordered).label("ordered"),
            _or_none(on_shelf).label("on_shelf"),
            _or_none(planned).label("planned"),
        )
        .select_from(Recipe)
        .join(Product, Product.id == first.correlate(Recipe).scalar_subquery())
        .where(Recipe.is_active, Product.is_active)
        .order_by(folded(Product.name), Product.id)
    )


def _or_none(amount: Any) -> ColumnElement[Any]:
    return func.coalesce(amount.correlate(Product, Recipe).scalar_subquery(), 0)
