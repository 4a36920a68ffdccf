"""Ingredients in stock, their value and their movements."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, any_, case, func, literal, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Location
from app.bakery.clock import day_end, day_start, today
from app.bakery.inventory.models import (
    Ingredient,
    MovementKind,
    ProductStock,
    StockLot,
    StockMovement,
    Unit,
)
from app.bakery.inventory.schemas import IngredientQuery, LotQuery, MovementQuery, StockStatus
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.pos.models import Product
from app.bakery.suppliers.models import Supplier

SOON = timedelta(days=7)
NO_INGREDIENT = "No existe ese ingrediente."

ON_HAND: ColumnElement[Any] = (
    select(func.coalesce(func.sum(StockLot.quantity), 0))
    .where(StockLot.ingredient_id == Ingredient.id, StockLot.quantity > 0)
    .correlate(Ingredient)
    .scalar_subquery()
)
"""The quantity of an ingredient in all its lots; an index has those that are not used up."""
STOCK_VALUE: ColumnElement[Any] = (
    select(func.coalesce(func.sum(StockLot.value), 0))
    .where(StockLot.ingredient_id == Ingredient.id, StockLot.quantity > 0)
    .correlate(Ingredient)
    .scalar_subquery()
)
BELOW_REORDER: ColumnElement[bool] = Ingredient.reorder_point >= ON_HAND
"""It is time to buy: there is as much as the reorder point, or less."""
STATUS: ColumnElement[str] = case(
    (ON_HAND <= 0, StockStatus.OUT.value),
    (BELOW_REORDER, StockStatus.LOW.value),
    else_=StockStatus.OK.value,
)

INGREDIENTS = Listing(
    sorts={
        "name": folded(Ingredient.name),
        "sku": Ingredient.sku,
        "category": Ingredient.category,
        "unit_cost": Ingredient.unit_cost,
        "quantity": ON_HAND,
        "stock_value": STOCK_VALUE,
        "supplier_name": folded(Supplier.name),
    },
    default="name",
    tie_breakers=(Ingredient.id,),
    search=(Ingredient.name, Ingredient.sku),
)
LOTS = Listing(
    sorts={
        "expires_on": StockLot.expires_on,
        "received_on": StockLot.received_on,
        "ingredient_name": folded(Ingredient.name),
        "quantity": StockLot.quantity,
        "value": StockLot.value,
    },
    default="expires_on",
    tie_breakers=(StockLot.id,),
    search=(Ingredient.name, StockLot.lot_code),
)
ITEM_NAME: ColumnElement[str] = func.coalesce(Ingredient.name, Product.name)
MOVEMENTS = Listing(
    sorts={
        "occurred_at": StockMovement.occurred_at,
        "item_name": folded(ITEM_NAME),
        "kind": StockMovement.kind,
        "quantity": StockMovement.quantity,
    },
    default="-occurred_at",
    tie_breakers=(StockMovement.id,),
    search=(Ingredient.name, Product.name, StockMovement.reason, StockMovement.reference),
)


def select_ingredients() -> Rows:
    """Ingredients with their supplier, their stock, its value and its level."""
    return select(
        *(column for column in Ingredient.__table__.columns if column.key != "created_at"),
        Supplier.name.label("supplier_name"),
        ON_HAND.label("quantity"),
        STOCK_VALUE.label("stock_value"),
        STATUS.label("status"),
    ).join(Supplier, Supplier.id == Ingredient.supplier_id)


def _select_lots() -> Rows:
    return (
        select(
            *StockLot.__table__.columns,
            Ingredient.name.label("ingredient_name"),
            Ingredient.unit,
            Location.name.label("location_name"),
            (StockLot.expires_on - literal(today(), Date)).label("days_left"),
        )
        .join(Ingredient, Ingredient.id == StockLot.ingredient_id)
        .join(Location, Location.id == StockLot.location_id)
    )


def select_movements() -> Rows:
    """Movements with the names of what moved and where."""
    return (
        select(
            *StockMovement.__table__.columns,
            ITEM_NAME.label("item_name"),
            func.coalesce(Ingredient.unit, literal(Unit.PIECE, Ingredient.unit.type)).label("unit"),
            StockLot.lot_code,
            Location.name.label("location_name"),
        )
        .outerjoin(Location, Location.id == StockMovement.location_id)  # counting goes without it
        .outerjoin(Ingredient, Ingredient.id == StockMovement.ingredient_id)
        .outerjoin(Product, Product.id == StockMovement.product_id)
        .outerjoin(StockLot, StockLot.id == StockMovement.lot_id)
    )


def list_ingredients(session: Session, query: IngredientQuery) -> dict[str, Any]:
    """A page of ingredients."""
    statement = select_ingredients()
    if query.category is not None:
        statement = statement.where(Ingredient.category == query.category)
    if query.supplier_id is not None:
        statement = statement.where(Ingredient.supplier_id == query.supplier_id)
    if query.below_reorder is not None:
        statement = statement.where(BELOW_REORDER if query.below_reorder else ~BELOW_REORDER)
    if query.allergen is not None:
        statement = statement.where(literal(query.allergen) == any_(Ingredient.allergens))
    return paginate(session, statement, INGREDIENTS, query)


def fetch_ingredient(session: Session, ingredient_id: int) -> dict[str, Any]:
    """One ingredient with its lots that are not empty."""
    found = fetch_one(
        session, select_ingredients().where(Ingredient.id == ingredient_id), NO_INGREDIENT
    )
    lots = (
        _select_lots()
        .where(StockLot.ingredient_id == ingredient_id, StockLot.quantity > 0)
        .order_by(StockLot.expires_on, StockLot.id)
    )
    return found | {"lots": fetch_all(session, lots)}


def list_lots(session: Session, query: LotQuery) -> dict[str, Any]:
    """A page of lots; without those that are used up, unless they are asked for."""
    statement = _select_lots()
    if query.ingredient_id is not None:
        statement = statement.where(StockLot.ingredient_id == query.ingredient_id)
    if query.location_id is not None:
        statement = statement.where(StockLot.location_id == query.location_id)
    if query.expiring_within_days is not None:
        last = today() + timedelta(days=query.expiring_within_days)
        statement = statement.where(StockLot.expires_on.between(today(), last))
    if query.expires_before is not None:
        statement = statement.where(StockLot.expires_on < query.expires_before)
    if not query.include_empty:
        statement = statement.where(StockLot.quantity > 0)
    return paginate(session, statement, LOTS, query)


def list_movements(session: Session, query: MovementQuery) -> dict[str, Any]:
    """A page of movements, the newest first."""
    return _movements(session, select_movements(), query)


def list_adjustments(session: Session, query: MovementQuery) -> dict[str, Any]:
    """A page of the movements that were entered by hand: adjustments and waste."""
    kinds = (MovementKind.ADJUSTMENT, MovementKind.WASTE)
    return _movements(session, select_movements().where(StockMovement.kind.in_(kinds)), query)


def _movements(session: Session, statement: Rows, query: MovementQuery) -> dict[str, Any]:
    if query.kind is not None:
        statement = statement.where(StockMovement.kind == query.kind)
    if query.ingredient_id is not None:
        statement = statement.where(StockMovement.ingredient_id == query.ingredient_id)
    if query.product_id is not None:
        statement = statement.where(StockMovement.product_id == query.product_id)
    if query.from_ is not None:
        statement = statement.where(StockMovement.occurred_at >= day_start(query.from_))
    if query.to is not None:
        statement = statement.where(StockMovement.occurred_at < day_end(query.to))
    return paginate(session, statement, MOVEMENTS, query)


def summarise(session: Session) -> dict[str, Any]:
    """The state of the stock in figures."""
    stock = (
        select(Ingredient.category, STATUS.label("status"), STOCK_VALUE.label("value"))
        .where(Ingredient.is_active)
        .subquery()
    )
    by_category = (
        select(
            stock.c.category,
            func.count().label("ingredients"),
            func.sum(stock.c.value).label("value"),
            func.count().filter(stock.c.status == StockStatus.LOW.value).label("low"),
            func.count().filter(stock.c.status == StockStatus.OUT.value).label("out"),
        )
        .group_by(stock.c.category)
        .order_by(func.sum(stock.c.value).desc(), stock.c.category)
    )
    categories = fetch_all(session, by_category)
    return {
        "ingredients": sum(row["ingredients"] for row in categories),
        "total_value": sum(row["value"] for row in categories),
        "low": sum(row["low"] for row in categories),
        "out": sum(row["out"] for row in categories),
        "by_category": categories,
        **_count_lots(session),
        **_count_products(session),
    }


def _count_lots(session: Session) -> dict[str, Any]:
    day = today()
    expiring = StockLot.expires_on.between(day, day + SOON)
    statement = select(
        func.count().label("lots"),
        func.count().filter(StockLot.expires_on < day).label("expired_lots"),
        func.count().filter(expiring).label("expiring_lots"),
    ).where(StockLot.quantity > 0)
    return fetch_one(session, statement, NO_INGREDIENT)


def _count_products(session: Session) -> dict[str, Any]:
    statement = select(
        func.count(ProductStock.product_id.distinct()).label("products_in_stock"),
        func.coalesce(func.sum(ProductStock.quantity), 0).label("product_stock"),
    ).where(ProductStock.quantity > 0)
    return fetch_one(session, statement, NO_INGREDIENT)
