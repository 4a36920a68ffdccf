"""Adjustments: correct the stock of an ingredient after a count."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.business.service import dispatch_location
from app.bakery.clock import now, today
from app.bakery.inventory.models import Ingredient, StockLot, StockMovement, Unit
from app.bakery.inventory.schemas import AdjustmentIn
from app.bakery.inventory.service import ON_HAND, select_movements
from app.bakery.inventory.stock import plain
from app.bakery.labels import label
from app.bakery.listing import fetch_all
from app.bakery.schemas import is_whole
from app.errors import Conflict, InvalidRequest

Change = tuple[StockLot, Decimal]


def adjust(session: Session, adjustment: AdjustmentIn) -> dict[str, Any]:
    """Add to, or take from, the stock of an ingredient; one movement for each lot touched.

    What is taken comes from the lot that is named, else from the lots that expire first. What is
    added goes to the lot that is named, else to the newest that has not expired, else to a new one.

    Raises:
        InvalidRequest: there is no such ingredient, it has no such lot, or it is counted by pieces
            and the quantity is not whole.
        Conflict: there is not as much as is to be taken.
    """
    ingredient = _lock_ingredient(session, adjustment.ingredient_id)
    if ingredient.unit is Unit.PIECE and not is_whole(adjustment.quantity):
        raise _wrong("quantity", f"{ingredient.name} se cuenta por piezas: usa un número entero.")
    lots = _lock_lots(session, adjustment)
    if adjustment.quantity < 0:
        changes = _take(ingredient, lots, -adjustment.quantity)
    else:
        changes = [_add(session, ingredient, lots, adjustment)]
    movements = [_move(lot, change, adjustment) for lot, change in changes]
    session.add_all(movements)
    session.flush()
    return _describe(session, ingredient, [movement.id for movement in movements])


def _lock_ingredient(session: Session, ingredient_id: int) -> Ingredient:
    """Lock the ingredient: adjustments of one ingredient go one after the other."""
    ingredient = session.scalar(
        select(Ingredient).where(Ingredient.id == ingredient_id).with_for_update(key_share=True)
    )
    if ingredient is None:
        raise _wrong("ingredient_id", f"No existe el ingrediente {ingredient_id}.")
    return ingredient


def _lock_lots(session: Session, adjustment: AdjustmentIn) -> Sequence[StockLot]:
    """Lock the lots that may be touched, the first to expire first."""
    statement = select(StockLot).where(StockLot.ingredient_id == adjustment.ingredient_id)
    if adjustment.lot_id is not None:
        statement = statement.where(StockLot.id == adjustment.lot_id)
    elif adjustment.quantity < 0:
        statement = statement.where(StockLot.quantity > 0)
    else:
        statement = statement.where(StockLot.expires_on >= today())
    ordered = statement.order_by(StockLot.expires_on, StockLot.id).with_for_update()
    lots = session.scalars(ordered).all()
    if adjustment.lot_id is not None and not lots:
        raise _wrong("lot_id", f"Ese ingrediente no tiene el lote {adjustment.lot_id}.")
    return lots


def _wrong(field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, errors={"json": {field: [sentence]}})


def _take(ingredient: Ingredient, lots: Sequence[StockLot], wanted: Decimal) -> list[Change]:
    there_is = sum((lot.quantity for lot in lots), Decimal(0))
    if there_is < wanted:
        raise Conflict(
            f"No hay bastante: de «{ingredient.name}» quedan {plain(there_is)}"
            f" {label(ingredient.unit)} y quieres quitar {plain(wanted)}.",
            code="insufficient_stock",
        )
    changes = []
    for lot in lots:
        part = min(lot.quantity, wanted)
        if part:
            changes.append((lot, -part))
        wanted -= part
    return changes


def _add(
    session: Session, ingredient: Ingredient, lots: Sequence[StockLot], adjustment: AdjustmentIn
) -> Change:
    if lots:
        return max(lots, key=lambda lot: (lot.received_on, lot.id)), adjustment.quantity
    day = today()
    lot = StockLot(
        ingredient_id=ingredient.id,
        location_id=dispatch_location(session),
        lot_code=f"AJ-{day:%y%m%d}-{uuid4().hex[:8].upper()}",
        quantity_received=adjustment.quantity,
        quantity=Decimal(0),
        unit_cost=ingredient.unit_cost,
        received_on=day,
        expires_on=day + timedelta(days=max(ingredient.shelf_life_days, 0)),
    )
    session.add(lot)
    session.flush()
    return lot, adjustment.quantity


def _move(lot: StockLot, change: Decimal, adjustment: AdjustmentIn) -> StockMovement:
    """Change a lot. One that holds more than was received was received short: both go up."""
    lot.quantity += change
    lot.quantity_received = max(lot.quantity_received, lot.quantity)
    return StockMovement(
        kind=adjustment.kind,
        ingredient_id=lot.ingredient_id,
        lot_id=lot.id,
        location_id=lot.location_id,
        quantity=change,
        unit_cost=lot.unit_cost,
        reason=adjustment.reason,
        occurred_at=now(),
    )


def _describe(
    session: Session, ingredient: Ingredient, movement_ids: Sequence[int]
) -> dict[str, Any]:
    movements = select_movements().where(StockMovement.id.in_(movement_ids))
    quantity = session.scalar(select(ON_HAND).where(Ingredient.id == ingredient.id))
    return {
        "ingredient_id": ingredient.id,
        "ingredient_name": ingredient.name,
        "unit": ingredient.unit,
        "quantity": quantity,
        "movements": fetch_all(session, movements.order_by(StockMovement.id)),
    }
