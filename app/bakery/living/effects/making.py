"""What baking, carrying and clearing change."""

from decimal import Decimal

from app.bakery.inventory.models import MovementKind
from app.bakery.living import events as happened
from app.bakery.living.books import Books, Row
from app.bakery.living.effects.moving import has, shelve, use
from app.bakery.production.models import BatchStatus


def batch_planned(books: Books, event: happened.BatchPlanned) -> bool:
    """Put a batch on the plan."""
    books.add(
        "production_batches",
        {
            "id": event.batch_id,
            "batch_code": event.code,
            "recipe_id": event.recipe_id,
            "location_id": event.location_id,
            "baker_id": event.baker_id,
            "planned_on": event.planned_on,
            "status": BatchStatus.PLANNED.value,
            "quantity_planned": Decimal(event.quantity),
            "quantity_produced": None,
            "unit_cost": None,
            "started_at": None,
            "finished_at": None,
            "notes": None,
            "quantity_lost": None,
            "loss_reason": None,
        },
    )
    return True


def batch_started(books: Books, event: happened.BatchStarted) -> bool:
    """Begin a planned batch, if its ingredients are there."""
    batch = _batch(books, event.batch_id, BatchStatus.PLANNED)
    if batch is None:
        return False
    reference, reason = batch["batch_code"], "Consumo de la hornada"
    if not use(books, event.at, event.uses, reference, reason):
        return False
    status = BatchStatus.IN_PROGRESS.value
    books.change("production_batches", batch, status=status, started_at=event.at)
    return True


def batch_finished(books: Books, event: happened.BatchFinished) -> bool:
    """Take a batch that is in progress out of the oven."""
    batch = _batch(books, event.batch_id, BatchStatus.IN_PROGRESS)
    if batch is None:
        return False
    books.change(
        "production_batches",
        batch,
        status=BatchStatus.COMPLETED.value,
        quantity_produced=Decimal(event.produced),
        unit_cost=event.unit_cost,
        finished_at=event.at,
        notes=event.notes,
        quantity_lost=Decimal(event.lost),
        loss_reason=event.loss_reason,
    )
    pieces = [(event.product_id, event.produced)]
    place, code = batch["location_id"], batch["batch_code"]
    reason = "Hornada terminada"
    shelve(books, event.at, place, pieces, MovementKind.PRODUCTION, code, reason)
    return True


def batch_cancelled(books: Books, event: happened.BatchCancelled) -> bool:
    """Give up a planned batch."""
    batch = _batch(books, event.batch_id, BatchStatus.PLANNED)
    if batch is None:
        return False
    books.change("production_batches", batch, status=BatchStatus.CANCELLED.value, notes=event.notes)
    return True


def _batch(books: Books, batch_id: int, status: BatchStatus) -> Row | None:
    """The batch, if it still has the status in which the event finds it."""
    batch = books.get("production_batches", batch_id)
    return None if batch is None or batch["status"] != status else batch


def baked(books: Books, event: happened.Baked) -> bool:
    """Put finished pieces on the shelves."""
    kind, reason = MovementKind.PRODUCTION, "Producción diaria"
    shelve(books, event.at, event.location_id, event.pieces, kind, event.reference, reason)
    return True


def transferred(books: Books, event: happened.Transferred) -> bool:
    """Carry pieces to another location, if they are there."""
    leaving = [(product_id, -count) for product_id, count in event.pieces]
    if not has(books, event.at, event.source_id, leaving):
        return False
    out, back = event.reasons
    kind = MovementKind.TRANSFER
    shelve(books, event.at, event.source_id, leaving, kind, event.reference, out)
    shelve(books, event.at, event.target_id, event.pieces, kind, event.reference, back)
    return True


def cleared(books: Books, event: happened.Cleared) -> bool:
    """Take what is left at a location off its shelves."""
    left = [
        (row["product_id"], -row["quantity"])
        for row in books.rows["product_stock"].values()
        if row["location_id"] == event.location_id and row["quantity"] > 0
    ]
    kind = MovementKind.WASTE
    shelve(books, event.at, event.location_id, sorted(left), kind, event.reference, event.reason)
    return True
