"""Counts: what lies on the shelf becomes what the ledger says."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Location
from app.bakery.business.service import dispatch_location, selling_location
from app.bakery.clock import day_end, day_start, now
from app.bakery.inventory.lots.drawing import (
    Shelf,
    check_quantity,
    lock_ingredients,
    lock_lots,
    on_hand,
    place_for,
    record,
    take,
)
from app.bakery.inventory.lots.schemas import CountIn, CountLineIn, CountQuery
from app.bakery.inventory.models import (
    Ingredient,
    MovementKind,
    StockCount,
    StockCountLine,
    StockMovement,
)
from app.bakery.inventory.stock import Reason
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.problems import Problems
from app.language.texts import _

REFERENCE = "Recuento"
WITHOUT_REASON = "Diferencia en el recuento de inventario"
CENT = Decimal("0.01")

COUNTS = Listing(
    sorts={"counted_at": StockCount.counted_at, "location_name": folded(Location.name)},
    default="-counted_at",
    tie_breakers=(StockCount.id,),
    search=(StockCount.notes, Location.name),
)


def count_stock(session: Session, counted: CountIn) -> dict[str, Any]:
    """Write down a count; each difference becomes movements of the lots at that location.

    What is missing comes off the lots that expire first; what is found goes to the newest lot.

    Raises:
        InvalidRequest: an ingredient or the location does not exist, an ingredient is there twice,
            or a quantity does not fit its unit.
    """
    place = counted.location_id
    location_id = dispatch_location(session) if place is None else selling_location(session, place)
    ids = {line.ingredient_id for line in counted.lines}
    ingredients = lock_ingredients(session, ids)
    _check(counted.lines, ingredients)
    lots = lock_lots(session, ids, location_id)
    made = StockCount(location_id=location_id, counted_at=now(), notes=counted.notes or None)
    session.add(made)
    session.flush()
    for line in counted.lines:
        ingredient, shelf = ingredients[line.ingredient_id], lots[line.ingredient_id]
        expected = on_hand(shelf)
        moved = _settle(session, ingredient, shelf, line, location_id)
        value = sum((move.quantity * (move.unit_cost or 0) for move in moved), Decimal(0))
        session.add(
            StockCountLine(
                count_id=made.id,
                ingredient_id=ingredient.id,
                expected=expected,
                counted=line.quantity,
                difference_value=value.quantize(CENT, ROUND_HALF_UP),
                reason=line.reason,
            )
        )
    session.flush()
    return fetch_count(session, made.id)


def _check(lines: Sequence[CountLineIn], ingredients: Mapping[int, Ingredient]) -> None:
    problems, seen = Problems(), set()
    for number, line in enumerate(lines):
        place = f"lines.{number}."
        ingredient = ingredients.get(line.ingredient_id)
        if ingredient is None:
            sentence = _(
                "No existe el ingrediente %(ingredient_id)s.", ingredient_id=line.ingredient_id
            )
            problems.add(f"{place}ingredient_id", sentence)
            continue
        if line.ingredient_id in seen:
            problems.add(
                f"{place}ingredient_id", _("%(name)s está dos veces.", name=ingredient.name)
            )
        seen.add(line.ingredient_id)
        check_quantity(problems, ingredient, line.quantity, line.unit, place)
    problems.ensure_none()


def _settle(
    session: Session, ingredient: Ingredient, shelf: Shelf, line: CountLineIn, location_id: int
) -> list[StockMovement]:
    difference = line.quantity - on_hand(shelf)
    if difference == 0:
        return []
    if difference < 0:
        changes = take(shelf, -difference)
    else:
        changes = [(place_for(session, ingredient, shelf, location_id), difference)]
    reason = Reason(MovementKind.ADJUSTMENT, REFERENCE, line.reason or WITHOUT_REASON)
    return [record(session, change, reason) for change in changes]


def _select_counts() -> Rows:
    difference = StockCountLine.counted - StockCountLine.expected
    lines = (
        select(
            StockCountLine.count_id,
            func.count().label("lines_counted"),
            func.sum(case((difference != 0, 1), else_=0)).label("differences"),
            func.sum(StockCountLine.difference_value).label("difference_value"),
        )
        .group_by(StockCountLine.count_id)
        .subquery()
    )
    return (
        select(
            *StockCount.__table__.columns,
            Location.name.label("location_name"),
            lines.c.lines_counted,
            lines.c.differences,
            lines.c.difference_value,
        )
        .join(Location, Location.id == StockCount.location_id)
        .join(lines, lines.c.count_id == StockCount.id)
    )


def list_counts(session: Session, query: CountQuery) -> dict[str, Any]:
    """A page of counts, the newest first."""
    statement = _select_counts()
    if query.location_id is not None:
        statement = statement.where(StockCount.location_id == query.location_id)
    if query.from_ is not None:
        statement = statement.where(StockCount.counted_at >= day_start(query.from_))
    if query.to is not None:
        statement = statement.where(StockCount.counted_at < day_end(query.to))
    return paginate(session, statement, COUNTS, query)


def fetch_count(session: Session, count_id: UUID) -> dict[str, Any]:
    """One count with its lines."""
    found = fetch_one(
        session, _select_counts().where(StockCount.id == count_id), "No existe ese recuento."
    )
    lines = (
        select(
            *StockCountLine.__table__.columns,
            (StockCountLine.counted - StockCountLine.expected).label("difference"),
            Ingredient.name.label("ingredient_name"),
            Ingredient.unit,
        )
        .join(Ingredient, Ingredient.id == StockCountLine.ingredient_id)
        .where(StockCountLine.count_id == count_id)
        .order_by(folded(Ingredient.name), Ingredient.id)
    )
    return found | {"lines": fetch_all(session, lines)}
