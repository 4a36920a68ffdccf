"""Transfers between locations, and waste: lots that go elsewhere, or nowhere."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.business.models import Location
from app.bakery.business.service import selling_location
from app.bakery.clock import today
from app.bakery.inventory.lots.drawing import (
    Change,
    Shelf,
    check_quantity,
    ensure_enough,
    lock_ingredients,
    lock_lots,
    record,
    take,
)
from app.bakery.inventory.lots.schemas import ItemIn, TransferIn, WasteIn
from app.bakery.inventory.models import Ingredient, MovementKind, StockLot, StockMovement
from app.bakery.inventory.service import select_movements
from app.bakery.inventory.stock import Reason, move_products
from app.bakery.listing import fetch_all
from app.bakery.pos.models import Product
from app.bakery.problems import Problems, refused
from app.bakery.schemas import is_whole
from app.language.texts import _


def transfer(session: Session, asked: TransferIn) -> dict[str, Any]:
    """Move goods from one location to another, all of them or none.

    A lot keeps its code, its cost and its expiry where it goes.

    Raises:
        InvalidRequest: a location, an ingredient, a product or a lot does not exist.
        Conflict: there is not enough at the first location.
    """
    source, target = asked.from_location_id, asked.to_location_id
    ingredients = _check(session, asked)
    reference = f"Traslado {today():%y%m%d}-{uuid4().hex[:8].upper()}"
    reason = Reason(MovementKind.TRANSFER, reference, asked.reason)
    lots = lock_lots(session, ingredients)
    for number, line in enumerate(asked.lines):
        if line.ingredient_id is None:
            continue
        ingredient = ingredients[line.ingredient_id]
        shelf = [lot for lot in lots[ingredient.id] if lot.location_id == source]
        for change in _chosen(ingredient, shelf, line, f"lines.{number}."):
            record(session, change, reason)
            twin = _twin(session, change[0], target)
            record(session, (twin, -change[1]), reason)
    pieces = {line.product_id: line.quantity for line in asked.lines if line.product_id}
    # Two transfers in opposite directions lock the locations in the same order.
    for location_id in sorted((source, target)):
        sign = -1 if location_id == source else 1
        moved = {product_id: sign * quantity for product_id, quantity in pieces.items()}
        move_products(session, location_id, moved, reason)
    session.flush()
    return {
        "reference": reference,
        "from_location_id": source,
        "to_location_id": target,
        "movements": _written(session, reference),
    }


def throw_away(session: Session, waste: WasteIn) -> dict[str, Any]:
    """Take from stock what is thrown away.

    Raises:
        InvalidRequest: the ingredient, the product, the lot or the location does not exist.
        Conflict: there is not as much.
    """
    reference = f"Merma {today():%y%m%d}-{uuid4().hex[:8].upper()}"
    reason = Reason(MovementKind.WASTE, reference, waste.reason)
    problems = Problems()
    ingredients = _known(session, [waste], problems, "")
    problems.ensure_none()
    if waste.product_id is not None:
        location_id = selling_location(session, waste.location_id)
        move_products(session, location_id, {waste.product_id: -waste.quantity}, reason)
    else:
        (ingredient,) = ingredients.values()
        place = waste.location_id
        if place is not None:
            place = selling_location(session, place)
        lots = lock_lots(session, ingredients, place)
        for change in _chosen(ingredient, lots[ingredient.id], waste):
            record(session, change, reason)
    session.flush()
    return {"movements": _written(session, reference)}


def _check(session: Session, asked: TransferIn) -> dict[int, Ingredient]:
    problems = Problems()
    places = select(Location.id).where(
        Location.id.in_((asked.from_location_id, asked.to_location_id))
    )
    known = set(session.scalars(places))
    for field in ("from_location_id", "to_location_id"):
        if getattr(asked, field) not in known:
            problems.add(
                field, _("No existe la ubicación %(number)s.", number=getattr(asked, field))
            )
    if asked.from_location_id == asked.to_location_id:
        problems.add("to_location_id", "El destino es el mismo lugar que el origen.")
    ingredients = _known(session, asked.lines, problems, "lines.{}.")
    seen = set()
    for number, line in enumerate(asked.lines):
        item = line.ingredient_id, line.product_id, line.lot_id
        if item in seen:
            problems.add(f"lines.{number}", "Esta línea está dos veces.")
        seen.add(item)
    problems.ensure_none()
    return ingredients


def _known(
    session: Session, lines: Sequence[ItemIn], problems: Problems, place: str
) -> dict[int, Ingredient]:
    """Lock the ingredients of the lines, and note what does not exist or does not fit."""
    ids = {line.ingredient_id for line in lines if line.ingredient_id is not None}
    wanted = [line.product_id for line in lines if line.product_id is not None]
    ingredients = lock_ingredients(session, ids)
    products = set(session.scalars(select(Product.id).where(Product.id.in_(wanted))))
    for number, line in enumerate(lines):
        where = place.format(number)
        if line.product_id is not None:
            if line.product_id not in products:
                problems.add(
                    f"{where}product_id",
                    _("No existe el producto %(product_id)s.", product_id=line.product_id),
                )
            if not is_whole(line.quantity):
                problems.add(f"{where}quantity", "Se cuenta por piezas: usa un número entero.")
        elif (ingredient := ingredients.get(line.ingredient_id or 0)) is None:
            sentence = _(
                "No existe el ingrediente %(ingredient_id)s.", ingredient_id=line.ingredient_id
            )
            problems.add(f"{where}ingredient_id", sentence)
        else:
            check_quantity(problems, ingredient, line.quantity, line.unit, where)
    return ingredients


def _chosen(ingredient: Ingredient, shelf: Shelf, line: ItemIn, place: str = "") -> list[Change]:
    """What the lots lose: the lot that is named, else those that expire first."""
    if line.lot_id is not None:
        shelf = [lot for lot in shelf if lot.id == line.lot_id]
        if not shelf:
            raise refused(
                f"{place}lot_id",
                _("Aquí no hay un lote %(lot_id)s de ese ingrediente.", lot_id=line.lot_id),
            )
    ensure_enough(
        {ingredient.id: ingredient}, {ingredient.id: shelf}, {ingredient.id: line.quantity}
    )
    return take(shelf, line.quantity)


def _twin(session: Session, lot: StockLot, location_id: int) -> StockLot:
    """The same lot at another location, an empty one where it never was."""
    statement = select(StockLot).where(
        StockLot.lot_code == lot.lot_code, StockLot.location_id == location_id
    )
    twin = session.scalar(statement.with_for_update())
    if twin is not None:
        return twin
    twin = StockLot(
        ingredient_id=lot.ingredient_id,
        location_id=location_id,
        lot_code=lot.lot_code,
        quantity_received=Decimal(0),
        quantity=Decimal(0),
        unit_cost=lot.unit_cost,
        received_on=lot.received_on,
        expires_on=lot.expires_on,
    )
    session.add(twin)
    session.flush()
    return twin


def _written(session: Session, reference: str) -> list[dict[str, Any]]:
    movements = select_movements().where(StockMovement.reference == reference)
    return fetch_all(session, movements.order_by(StockMovement.id))
