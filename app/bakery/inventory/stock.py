"""Finished pieces: taking them from a location and putting them there, safely at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.bakery.clock import now
from app.bakery.inventory.models import MovementKind, ProductStock, StockMovement
from app.bakery.pos.models import Product
from app.errors import Conflict
from app.language.texts import _, current_language

Quantities = Mapping[int, Decimal]
"""Product id → quantity."""


@dataclass(frozen=True)
class Reason:
    """Why pieces move: what the ledger says of it."""

    kind: MovementKind
    reference: str | None
    note: str | None = None


def move_products(session: Session, location_id: int, changes: Quantities, reason: Reason) -> None:
    """Add to, or with negative quantities take from, the products that stand at a location.

    The rows are locked in the order of their products, so that two tills that sell the same things
    wait for each other and never for good; what is left is read after the lock.

    Raises:
        Conflict: there is not enough of a product; nothing has been changed.
    """
    moved = {product: change for product, change in sorted(changes.items()) if change}
    _ensure_rows(session, location_id, [product for product in moved if moved[product] > 0])
    rows = _lock_rows(session, location_id, list(moved))
    _ensure_enough(session, rows, moved)
    moment = now()
    for product_id, change in moved.items():
        rows[product_id].quantity += change
        session.add(
            StockMovement(
                kind=reason.kind,
                product_id=product_id,
                location_id=location_id,
                quantity=change,
                reference=reason.reference,
                reason=reason.note,
                occurred_at=moment,
            )
        )
    session.flush()


def _ensure_rows(session: Session, location_id: int, product_ids: list[int]) -> None:
    if not product_ids:
        return
    rows = [
        {"product_id": product_id, "location_id": location_id, "quantity": 0}
        for product_id in product_ids
    ]
    session.execute(insert(ProductStock).values(rows).on_conflict_do_nothing())


def _lock_rows(
    session: Session, location_id: int, product_ids: list[int]
) -> dict[int, ProductStock]:
    statement = (
        select(ProductStock)
        .where(ProductStock.location_id == location_id, ProductStock.product_id.in_(product_ids))
        .order_by(ProductStock.product_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.product_id: row for row in session.scalars(statement)}


def _ensure_enough(session: Session, rows: Mapping[int, ProductStock], changes: Quantities) -> None:
    left = {
        product_id: rows[product_id].quantity if product_id in rows else Decimal(0)
        for product_id in changes
    }
    short = [product for product, change in changes.items() if left[product] + change < 0]
    if not short:
        return
    found = session.execute(select(Product.id, Product.name).where(Product.id.in_(short)))
    names = {row.id: row.name for row in found}
    missing = [
        _(
            "de «%(name)s» quedan %(left)s y hacen falta %(wanted)s",
            name=names[product],
            left=plain(left[product]),
            wanted=plain(-changes[product]),
        )
        for product in short
    ]
    raise Conflict(
        _("No hay bastante: %(missing)s.", missing="; ".join(missing)), code="insufficient_stock"
    )


def plain(quantity: Decimal) -> str:
    """A quantity as a reader writes it: no zeros that say nothing, in Spanish a comma."""
    return format(quantity.normalize(), "f").replace(".", current_language().decimal)
