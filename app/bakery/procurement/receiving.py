"""Deliveries of purchase orders: what came becomes lots, at its real price and expiry."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.business.service import dispatch_location
from app.bakery.clock import today
from app.bakery.inventory.lots.drawing import check_quantity, expiry, lock_ingredients, record
from app.bakery.inventory.models import Ingredient, MovementKind, StockLot
from app.bakery.inventory.stock import Reason, plain
from app.bakery.labels import label
from app.bakery.listing import fetch_all
from app.bakery.problems import Problems
from app.bakery.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseStatus
from app.bakery.procurement.order_schemas import ReceiptIn, ReceiptLineIn
from app.bakery.procurement.ordering import lock_order
from app.bakery.procurement.orders import RECEIVED, fetch_order
from app.language.texts import N_, _

UNDER_WAY = (PurchaseStatus.SENT, PurchaseStatus.PARTLY_RECEIVED)
FARTHEST = timedelta(days=3660)
"""Nothing that a bakery buys keeps for longer than ten years."""

Lines = Mapping[int, dict[str, Any]]
"""The lines of an order by ingredient, each with what of it has come."""


def receive(session: Session, order_id: int, receipt: ReceiptIn) -> dict[str, Any]:
    """Put what came into stock; without lines, all that is still missing has come as ordered.

    The order is closed when nothing is missing, or when the receipt says that no more will come.

    Raises:
        NotFound: there is no such order.
        Conflict: it was not sent, or is closed.
        InvalidRequest: a line is not of the order, more came than is missing, or an expiry or a
            lot's code cannot be.
    """
    order = lock_order(session, order_id, UNDER_WAY, N_("recibir"))
    lines = _fetch_lines(session, order_id)
    came = receipt.lines if receipt.lines is not None else _all_missing(lines)
    ingredients = lock_ingredients(session, lines)
    location_id = dispatch_location(session)
    _check(session, came, lines, ingredients)
    reason = Reason(MovementKind.PURCHASE, receipt.reference or f"Pedido de compra {order_id}")
    for number, line in enumerate(came, start=1):
        lot = _lot(order, line, lines[line.ingredient_id], ingredients, location_id, number)
        session.add(lot)
        session.flush()
        record(session, (lot, line.quantity), reason)
        lines[line.ingredient_id]["received"] += line.quantity
    missing = any(row["received"] < row["quantity"] for row in lines.values())
    if missing and not receipt.close:
        order.status = PurchaseStatus.PARTLY_RECEIVED
    else:
        order.status, order.closed_on = PurchaseStatus.RECEIVED, today()
    session.flush()
    return fetch_order(session, order_id)


def _fetch_lines(session: Session, order_id: int) -> dict[int, dict[str, Any]]:
    statement = select(*PurchaseOrderLine.__table__.columns, RECEIVED.label("received")).where(
        PurchaseOrderLine.purchase_order_id == order_id
    )
    return {row["ingredient_id"]: row for row in fetch_all(session, statement)}


def _all_missing(lines: Lines) -> list[ReceiptLineIn]:
    return [
        ReceiptLineIn.model_construct(
            ingredient_id=key, quantity=row["quantity"] - row["received"], unit=None,
            pack_price=None, expires_on=None, lot_code=None,
        )
        for key, row in sorted(lines.items())
        if row["received"] < row["quantity"]
    ]  # fmt: skip


def _check(
    session: Session,
    came: list[ReceiptLineIn],
    lines: Lines,
    ingredients: Mapping[int, Ingredient],
) -> None:
    problems = Problems()
    codes = [line.lot_code for line in came if line.lot_code]
    taken = set(session.scalars(select(StockLot.lot_code).where(StockLot.lot_code.in_(codes))))
    missing = {key: row["quantity"] - row["received"] for key, row in lines.items()}
    for number, line in enumerate(came):
        place = f"lines.{number}."
        if line.ingredient_id not in lines:
            sentence = _(
                "El ingrediente %(ingredient_id)s no está en este pedido.",
                ingredient_id=line.ingredient_id,
            )
            problems.add(f"{place}ingredient_id", sentence)
            continue
        ingredient = ingredients[line.ingredient_id]
        check_quantity(problems, ingredient, line.quantity, line.unit, place)
        if line.quantity > missing[ingredient.id]:
            left = f"{plain(missing[ingredient.id])} {label(ingredient.unit)}"
            sentence = _("Del pedido faltan %(left)s: no pueden llegar más.", left=left)
            problems.add(f"{place}quantity", sentence)
        missing[ingredient.id] -= line.quantity
        if line.lot_code in taken:
            problems.add(
                f"{place}lot_code", _("Ya hay un lote «%(lot_code)s».", lot_code=line.lot_code)
            )
        taken |= {line.lot_code} if line.lot_code else set()
        _check_expiry(problems, line.expires_on, place)
    problems.ensure_none()


def _check_expiry(problems: Problems, expires_on: date | None, place: str) -> None:
    if expires_on is None:
        return
    if expires_on < today():
        problems.add(f"{place}expires_on", "Ya ha caducado: no lo recibas.")
    elif expires_on > today() + FARTHEST:
        problems.add(f"{place}expires_on", "Nada se conserva tanto: revisa la fecha.")


def _lot(
    order: PurchaseOrder,
    line: ReceiptLineIn,
    ordered: dict[str, Any],
    ingredients: Mapping[int, Ingredient],
    location_id: int,
    number: int,
) -> StockLot:
    ingredient, day = ingredients[line.ingredient_id], today()
    pack_price = ordered["unit_price"] if line.pack_price is None else line.pack_price
    pack_size = ordered["quantity"] / ordered["packs"]
    before = plain(ordered["received"])
    return StockLot(
        ingredient_id=ingredient.id,
        location_id=location_id,
        lot_code=line.lot_code or f"PC{order.id}-{ingredient.id}-{day:%y%m%d}-{number}-{before}",
        quantity_received=Decimal(0),
        quantity=Decimal(0),
        unit_cost=(pack_price / pack_size).quantize(Decimal("0.0001")),
        received_on=day,
        expires_on=line.expires_on or expiry(ingredient, day),
        purchase_order_id=order.id,
    )
