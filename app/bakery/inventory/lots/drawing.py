"""Taking from lots and adding to them, each change with its row in the ledger."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.clock import now, today
from app.bakery.inventory.models import Ingredient, StockLot, StockMovement, Unit
from app.bakery.inventory.stock import Reason, plain
from app.bakery.labels import label
from app.bakery.problems import Problems
from app.bakery.schemas import is_whole
from app.errors import Conflict
from app.language.texts import N_, _

Change = tuple[StockLot, Decimal]
"""A lot, and what it gains or with a minus loses."""
Shelf = Sequence[StockLot]
"""The lots of an ingredient, the first to expire first."""


def lock_ingredients(session: Session, ids: Collection[int]) -> dict[int, Ingredient]:
    """Lock ingredients: what changes their lots goes one after the other, in one order."""
    statement = select(Ingredient).where(Ingredient.id.in_(ids)).order_by(Ingredient.id)
    rows = session.scalars(statement.with_for_update(key_share=True))
    return {row.id: row for row in rows}


def lock_lots(
    session: Session, ingredient_ids: Collection[int], location_id: int | None = None
) -> dict[int, list[StockLot]]:
    """Lock the lots that can still be used or filled, at one location or at all of them."""
    usable = (StockLot.quantity > 0) | (StockLot.expires_on >= today())
    statement = select(StockLot).where(StockLot.ingredient_id.in_(ingredient_ids), usable)
    if location_id is not None:
        statement = statement.where(StockLot.location_id == location_id)
    found: dict[int, list[StockLot]] = {key: [] for key in ingredient_ids}
    for lot in session.scalars(statement.order_by(StockLot.id).with_for_update()):
        found[lot.ingredient_id].append(lot)
    for lots in found.values():
        lots.sort(key=lambda lot: (lot.expires_on, lot.id))
    return found


def on_hand(lots: Shelf) -> Decimal:
    """The quantity in these lots."""
    return sum((lot.quantity for lot in lots), Decimal(0))


def fresh(lots: Shelf) -> list[StockLot]:
    """The lots that have not expired."""
    day = today()
    return [lot for lot in lots if lot.expires_on >= day]


def take(lots: Shelf, wanted: Decimal) -> list[Change]:
    """Split a quantity over lots, the first to expire first; there must be enough."""
    changes = []
    for lot in lots:
        part = min(lot.quantity, wanted)
        if part:
            changes.append((lot, -part))
        wanted -= part
    return changes


def ensure_enough(
    ingredients: Mapping[int, Ingredient],
    lots: Mapping[int, Shelf],
    wanted: Mapping[int, Decimal],
    verb: str = N_("hacen falta"),
) -> None:
    """Check that the lots have what is wanted of each ingredient.

    Raises:
        Conflict: there is too little of some; each is named with what there is.
    """
    short = [
        _(
            "de «%(name)s» quedan %(left)s %(unit)s y %(verb)s %(quantity)s",
            name=ingredients[key].name,
            left=plain(on_hand(lots[key])),
            unit=label(ingredients[key].unit),
            verb=_(verb),
            quantity=plain(quantity),
        )
        for key, quantity in wanted.items()
        if on_hand(lots[key]) < quantity
    ]
    if short:
        raise Conflict(
            _("No hay bastante: %(short)s.", short="; ".join(short)), code="insufficient_stock"
        )


def place_for(session: Session, ingredient: Ingredient, lots: Shelf, location_id: int) -> StockLot:
    """Return the lot that what is found belongs to: the newest fresh one, or else a new one."""
    usable = fresh(lots)
    if usable:
        return max(usable, key=lambda lot: (lot.received_on, lot.id))
    day = today()
    lot = StockLot(
        ingredient_id=ingredient.id,
        location_id=location_id,
        lot_code=f"AJ-{day:%y%m%d}-{uuid4().hex[:8].upper()}",
        quantity_received=Decimal(0),
        quantity=Decimal(0),
        unit_cost=ingredient.unit_cost,
        received_on=day,
        expires_on=expiry(ingredient, day),
    )
    session.add(lot)
    session.flush()
    return lot


def expiry(ingredient: Ingredient, received_on: date) -> date:
    """When what was received on a day expires, by the ingredient's usual shelf life."""
    return received_on + timedelta(days=max(ingredient.shelf_life_days, 0))


def record(session: Session, change: Change, reason: Reason) -> StockMovement:
    """Change a lot and write it into the ledger.

    A lot that holds more than was received was received short: both go up.
    """
    lot, quantity = change
    lot.quantity += quantity
    lot.quantity_received = max(lot.quantity_received, lot.quantity)
    movement = StockMovement(
        kind=reason.kind,
        ingredient_id=lot.ingredient_id,
        lot_id=lot.id,
        location_id=lot.location_id,
        quantity=quantity,
        unit_cost=lot.unit_cost,
        reference=reason.reference,
        reason=reason.note,
        occurred_at=now(),
    )
    session.add(movement)
    return movement


def check_quantity(
    problems: Problems, ingredient: Ingredient, quantity: Decimal, unit: Unit | None, place: str
) -> None:
    """Note a unit that is not the ingredient's, and halves of what is counted by pieces."""
    if unit is not None and unit is not ingredient.unit:
        sentence = _(
            "%(name)s se mide en %(unit)s, no en %(unit2)s.",
            name=ingredient.name,
            unit=label(ingredient.unit),
            unit2=label(unit),
        )
        problems.add(f"{place}unit", sentence)
    if ingredient.unit is Unit.PIECE and not is_whole(quantity):
        sentence = _("%(name)s se cuenta por piezas: usa un número entero.", name=ingredient.name)
        problems.add(f"{place}quantity", sentence)
