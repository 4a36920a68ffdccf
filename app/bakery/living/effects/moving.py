"""Moving pieces and ingredients: the rows of the stock and those of its ledger."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from app.bakery.inventory.models import MovementKind
from app.bakery.living.books import Books, Row
from app.bakery.living.events import Uses

Moves = Iterable[tuple[int, int | Decimal]]
"""Product ids with what comes, or with a minus goes."""


def has(books: Books, at: datetime, location_id: int, pieces: Moves) -> bool:
    """Return True if the location has the pieces that are to go."""
    if not books.keeps_shelves(at):
        return True
    needed: dict[int, int | Decimal] = {}
    for product_id, count in pieces:
        needed[product_id] = needed.get(product_id, 0) + count
    stock = books.rows["product_stock"]
    return all(
        (product_id, location_id) in stock
        and stock[product_id, location_id]["quantity"] + count >= 0
        for product_id, count in needed.items()
    )


def shelve(
    books: Books,
    at: datetime,
    location_id: int,
    pieces: Moves,
    kind: MovementKind,
    reference: str | None,
    reason: str | None,
) -> list[Row]:
    """Move pieces, and return the rows of the ledger that say so."""
    if not books.keeps_shelves(at):
        return []
    moved = []
    for product_id, count in pieces:
        shelf = books.shelf(product_id, location_id)
        books.change("product_stock", shelf, quantity=shelf["quantity"] + count)
        moved.append(
            books.add(
                "stock_movements",
                _movement(at, location_id, kind, Decimal(count), reference, reason)
                | {"product_id": product_id},
            )
        )
    return moved


def use(books: Books, at: datetime, uses: Uses, reference: str, reason: str) -> bool:
    """Take ingredients from their lots, the first to expire first; all of them or none."""
    drawn = []
    for ingredient_id, quantity in uses:
        for lot in books.lots(ingredient_id):
            amount = min(lot["quantity"], quantity)
            quantity -= amount
            drawn.append((lot, amount))
            if quantity == 0:
                break
        if quantity > 0:
            return False
    for lot, amount in drawn:
        books.change("stock_lots", lot, quantity=lot["quantity"] - amount)
        move_lot(books, at, lot, -amount, MovementKind.PRODUCTION, reference, reason)
    return True


def move_lot(
    books: Books,
    at: datetime,
    lot: Row,
    quantity: Decimal,
    kind: MovementKind,
    reference: str | None,
    reason: str | None,
) -> None:
    """Write into the ledger what a lot gained, or with a minus lost."""
    movement = _movement(at, lot["location_id"], kind, quantity, reference, reason)
    ids = {"ingredient_id": lot["ingredient_id"], "lot_id": lot["id"]}
    books.add("stock_movements", movement | ids | {"unit_cost": lot["unit_cost"]})


def _movement(
    at: datetime,
    location_id: int,
    kind: MovementKind,
    quantity: Decimal,
    reference: str | None,
    reason: str | None,
) -> Row:
    return {
        "kind": kind.value,
        "ingredient_id": None,
        "lot_id": None,
        "product_id": None,
        "location_id": location_id,
        "quantity": quantity,
        "unit_cost": None,
        "reference": reference,
        "reason": reason,
        "occurred_at": at,
    }
