"""Adjustments: correct the stock of an ingredient after a count."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.business.service import dispatch_location
from app.bakery.clock import today
from app.bakery.inventory.lots.drawing import (
    Change,
    Shelf,
    check_quantity,
    ensure_enough,
    lock_ingredients,
    place_for,
    record,
    take,
)
from app.bakery.inventory.models import Ingredient, StockLot, StockMovement
from app.bakery.inventory.schemas import AdjustmentIn
from app.bakery.inventory.service import ON_HAND, select_movements
from app.bakery.inventory.stock import Reason
from app.bakery.listing import fetch_all
from app.bakery.problems import Problems, refused
from app.control.visits.counting import note_deed
from app.language.texts import N_, _


def adjust(session: Session, adjustment: AdjustmentIn) -> dict[str, Any]:
    """Add to, or take from, the stock of an ingredient; one movement for each lot touched.

    What is taken comes from the lot that is named, else from the lots that expire first. What is
    added goes to the lot that is named, else to the newest that has not expired, else to a new one.

    Raises:
        InvalidRequest: there is no such ingredient, it has no such lot, or it is counted by pieces
            and the quantity is not whole.
        Conflict: there is not as much as is to be taken.
    """
    found = lock_ingredients(session, [adjustment.ingredient_id])
    ingredient = found.get(adjustment.ingredient_id)
    if ingredient is None:
        raise refused(
            "ingredient_id",
            _(
                "No existe el ingrediente %(ingredient_id)s.",
                ingredient_id=adjustment.ingredient_id,
            ),
        )
    problems = Problems()
    check_quantity(problems, ingredient, adjustment.quantity, None, "")
    problems.ensure_none()
    lots = _lock_lots(session, adjustment)
    reason = Reason(adjustment.kind, None, adjustment.reason)
    changes = _changes(session, ingredient, lots, adjustment)
    movements = [record(session, change, reason) for change in changes]
    session.flush()
    note_deed("adjustment")
    return _describe(session, ingredient, [movement.id for movement in movements])


def _lock_lots(session: Session, adjustment: AdjustmentIn) -> Shelf:
    """Lock the lots that may be touched, the first to expire first."""
    statement = select(StockLot).where(StockLot.ingredient_id == adjustment.ingredient_id)
    if adjustment.lot_id is not None:
        statement = statement.where(StockLot.id == adjustment.lot_id)
    elif adjustment.quantity < 0:
        statement = statement.where(StockLot.quantity > 0)
    else:
        statement = statement.where(StockLot.expires_on >= today())
    lots = session.scalars(statement.order_by(StockLot.id).with_for_update()).all()
    if adjustment.lot_id is not None and not lots:
        raise refused(
            "lot_id", _("Ese ingrediente no tiene el lote %(lot_id)s.", lot_id=adjustment.lot_id)
        )
    return sorted(lots, key=lambda lot: (lot.expires_on, lot.id))


def _changes(
    session: Session, ingredient: Ingredient, lots: Shelf, adjustment: AdjustmentIn
) -> list[Change]:
    quantity = adjustment.quantity
    if quantity < 0:
        key = ingredient.id
        ensure_enough({key: ingredient}, {key: lots}, {key: -quantity}, N_("quieres quitar"))
        return take(lots, -quantity)
    if adjustment.lot_id is not None:
        return [(lots[0], quantity)]
    return [(place_for(session, ingredient, lots, dispatch_location(session)), quantity)]


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
