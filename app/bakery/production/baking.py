"""Batches from the plan to the shelf: put on the plan, begun, finished, given up."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Location, User
from app.bakery.business.service import dispatch_location
from app.bakery.clock import now, today
from app.bakery.inventory.lots.drawing import (
    ensure_enough,
    fresh,
    lock_ingredients,
    lock_lots,
    record,
    take,
)
from app.bakery.inventory.models import MovementKind, StockMovement
from app.bakery.inventory.stock import Reason, move_products, plain
from app.bakery.labels import inside_sentence
from app.bakery.pos.models import Product
from app.bakery.problems import Problems, refused
from app.bakery.production.models import BatchStatus, ProductionBatch
from app.bakery.production.schemas import BatchIn, BatchStepIn, FinishIn
from app.bakery.production.service import NO_BATCH, fetch_batch
from app.bakery.recipes.models import Recipe
from app.bakery.recipes.needs import NEEDS
from app.bakery.recipes.service import measured
from app.errors import Conflict, NotFound
from app.language.texts import N_, _

MOST_OUT = 2
"""More than so many times what was planned does not come out of an oven: it is a slip."""
CENT_OF_CENT = Decimal("0.0001")


def plan_batch(session: Session, asked: BatchIn) -> dict[str, Any]:
    """Put a batch on the plan of a day.

    Raises:
        InvalidRequest: the recipe, baker or location does not exist, or the day is over.
    """
    problems = Problems()
    recipe = session.get(Recipe, asked.recipe_id)
    if recipe is None or not recipe.is_active:
        problems.add(
            "recipe_id",
            _("La receta %(recipe_id)s no existe o ya no se usa.", recipe_id=asked.recipe_id),
        )
    if asked.baker_id is not None and session.get(User, asked.baker_id) is None:
        problems.add(
            "baker_id",
            _("No hay nadie con el número %(baker_id)s en el equipo.", baker_id=asked.baker_id),
        )
    if asked.location_id is not None and session.get(Location, asked.location_id) is None:
        problems.add(
            "location_id",
            _("No existe la ubicación %(location_id)s.", location_id=asked.location_id),
        )
    day = asked.planned_on or today()
    if day < today():
        problems.add("planned_on", "Ese día ya ha pasado.")
    problems.ensure_none()
    assert recipe is not None, "it was checked above"
    batch = ProductionBatch(
        batch_code=f"H-{day:%y%m%d}-{uuid4().hex[:5].upper()}",
        recipe_id=recipe.id,
        location_id=asked.location_id or dispatch_location(session),
        baker_id=asked.baker_id,
        planned_on=day,
        status=BatchStatus.PLANNED,
        quantity_planned=asked.quantity_planned,
        notes=asked.notes or None,
        recipe_version=recipe.version,
    )
    session.add(batch)
    session.flush()
    return fetch_batch(session, batch.id)


def start_batch(session: Session, batch_id: int, said: BatchStepIn) -> dict[str, Any]:
    """Begin a planned batch: it takes its ingredients, the first to expire first.

    It is made with the recipe as it is now. What has expired is not baked with.

    Raises:
        NotFound: there is no such batch.
        Conflict: it is not on the plan any more, or there is too little of an ingredient.
    """
    batch = _lock(session, batch_id, BatchStatus.PLANNED, N_("empezar"))
    recipe = session.get_one(Recipe, batch.recipe_id)
    needs = _needs(session, batch, recipe)
    ingredients = lock_ingredients(session, needs)
    lots = {key: fresh(shelf) for key, shelf in lock_lots(session, needs).items()}
    wanted = {key: measured(ingredients[key].unit, amount) for key, amount in needs.items()}
    ensure_enough(ingredients, lots, wanted)
    reason = Reason(MovementKind.PRODUCTION, batch.batch_code, "Consumo de la hornada")
    for key, quantity in sorted(wanted.items()):
        for change in take(lots[key], quantity):
            record(session, change, reason)
    batch.status, batch.started_at = BatchStatus.IN_PROGRESS, now()
    batch.recipe_version = recipe.version
    batch.notes = said.notes or batch.notes
    session.flush()
    return fetch_batch(session, batch_id)


def finish_batch(session: Session, batch_id: int, made: FinishIn) -> dict[str, Any]:
    """Take a batch out of the oven: its pieces go on the shelf of its location.

    Raises:
        NotFound: there is no such batch.
        Conflict: it is not in progress.
        InvalidRequest: pieces were lost and nothing says why, or more came out than can be.
    """
    batch = _lock(session, batch_id, BatchStatus.IN_PROGRESS, N_("terminar"))
    produced = made.quantity_produced
    lost = made.quantity_lost
    if lost is None:
        lost = max(Decimal(0), batch.quantity_planned - produced)
    if produced + lost > batch.quantity_planned * MOST_OUT:
        planned = plain(batch.quantity_planned)
        sentence = _(
            "De una hornada de %(planned)s no salen tantas piezas: revisa la cantidad.",
            planned=planned,
        )
        raise refused("quantity_produced", sentence)
    if lost > 0 and made.loss_reason is None:
        raise refused(
            "loss_reason", _("Faltan %(lost)s piezas: di por qué se han perdido.", lost=plain(lost))
        )
    batch.status = BatchStatus.COMPLETED
    batch.quantity_produced, batch.quantity_lost = produced, lost
    batch.loss_reason = made.loss_reason if lost > 0 else None
    batch.finished_at = now()
    batch.notes = made.notes or batch.notes
    spent = _spent(session, batch)
    batch.unit_cost = (spent / produced).quantize(CENT_OF_CENT) if produced else None
    product_id = session.scalar(
        select(func.min(Product.id)).where(Product.recipe_id == batch.recipe_id)
    )
    if product_id is not None and produced:
        reason = Reason(MovementKind.PRODUCTION, batch.batch_code, "Hornada terminada")
        move_products(session, batch.location_id, {product_id: produced}, reason)
    session.flush()
    return fetch_batch(session, batch_id)


def cancel_batch(session: Session, batch_id: int, said: BatchStepIn) -> dict[str, Any]:
    """Give up a batch that has not been begun.

    Raises:
        NotFound: there is no such batch.
        Conflict: it has been begun, finished or given up.
    """
    batch = _lock(session, batch_id, BatchStatus.PLANNED, N_("anular"))
    batch.status = BatchStatus.CANCELLED
    batch.notes = said.notes or batch.notes
    session.flush()
    return fetch_batch(session, batch_id)


def _lock(session: Session, batch_id: int, status: BatchStatus, verb: str) -> ProductionBatch:
    batch = session.scalar(
        select(ProductionBatch).where(ProductionBatch.id == batch_id).with_for_update()
    )
    if batch is None:
        raise NotFound(NO_BATCH)
    if batch.status is not status:
        status_now = inside_sentence(batch.status)
        sentence = _(
            "Una hornada %(status)s no se puede %(verb)s.", status=status_now, verb=_(verb)
        )
        raise Conflict(sentence, code="invalid_transition")
    return batch


def _needs(session: Session, batch: ProductionBatch, recipe: Recipe) -> dict[int, Decimal]:
    runs = batch.quantity_planned / recipe.yield_quantity
    statement = select(NEEDS.c.ingredient_id, NEEDS.c.quantity).where(
        NEEDS.c.recipe_id == recipe.id
    )
    return {row.ingredient_id: row.quantity * runs for row in session.execute(statement)}


def _spent(session: Session, batch: ProductionBatch) -> Decimal:
    """What the ingredients of a batch cost, as the ledger has it."""
    cost = func.coalesce(func.sum(-StockMovement.quantity * StockMovement.unit_cost), 0)
    found = session.scalar(
        select(cost).where(
            StockMovement.kind == MovementKind.PRODUCTION,
            StockMovement.reference == batch.batch_code,
            StockMovement.lot_id.is_not(None),
        )
    )
    return Decimal(found or 0)
