"""What deliveries, use and losses of ingredients change, and the purchasing that refills them."""

from decimal import ROUND_HALF_UP, Decimal
from uuid import NAMESPACE_OID, uuid5

from app.bakery.clock import MADRID
from app.bakery.inventory.models import MovementKind
from app.bakery.living import events as happened
from app.bakery.living.books import Books, Row
from app.bakery.living.effects.moving import move_lot, use
from app.bakery.procurement.models import PurchaseStatus


def used(books: Books, event: happened.Used) -> bool:
    """Use up ingredients, if they are there."""
    return use(books, event.at, event.uses, event.reference, event.reason)


def delivered(books: Books, event: happened.Delivered) -> bool:
    """Put a delivery into stock, unless its purchase order was received before."""
    day = event.at.astimezone(MADRID).date()
    if event.purchase_order_id is not None:
        order = books.get("purchase_orders", event.purchase_order_id)
        if order is None or order["status"] != PurchaseStatus.SENT:
            return False
        books.change("purchase_orders", order, status=PurchaseStatus.RECEIVED.value, closed_on=day)
    for lot in event.lots:
        row = books.add(
            "stock_lots",
            {
                "id": lot.lot_id,
                "ingredient_id": lot.ingredient_id,
                "location_id": event.location_id,
                "lot_code": lot.code,
                "quantity_received": lot.quantity,
                "quantity": lot.quantity,
                "unit_cost": lot.unit_cost,
                "received_on": day,
                "expires_on": lot.expires_on,
                "purchase_order_id": event.purchase_order_id,
            },
        )
        move_lot(
            books, event.at, row, lot.quantity, MovementKind.PURCHASE, event.reference, event.reason
        )
    return True


def lost(books: Books, event: happened.Lost) -> bool:
    """Take what was lost from a lot, if it is there."""
    lot = books.get("stock_lots", event.lot_id)
    if lot is None or lot["quantity"] < event.quantity:
        return False
    kind = MovementKind(event.movement)
    if kind is MovementKind.ADJUSTMENT:
        _count(books, event, lot)
    books.change("stock_lots", lot, quantity=lot["quantity"] - event.quantity)
    move_lot(books, event.at, lot, -event.quantity, kind, "Recuento", event.reason)
    return True


def _count(books: Books, event: happened.Lost, lot: Row) -> None:
    """Write down the count that has shown the loss, before the lot is changed."""
    shelf = (each for each in books.lots(lot["ingredient_id"]) if _at_same_place(each, lot))
    expected = sum((each["quantity"] for each in shelf), Decimal(0))
    count_id = uuid5(NAMESPACE_OID, f"{event.lot_id}/{event.at.timestamp()}")
    head = {"id": count_id, "location_id": lot["location_id"], "counted_at": event.at}
    books.add("stock_counts", head | {"notes": None})
    value = -(event.quantity * Decimal(lot["unit_cost"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
    books.add(
        "stock_count_lines",
        {
            "count_id": count_id,
            "ingredient_id": lot["ingredient_id"],
            "expected": expected,
            "counted": expected - event.quantity,
            "difference_value": value,
            "reason": event.reason,
        },
    )


def _at_same_place(one: Row, other: Row) -> bool:
    return bool(one["location_id"] == other["location_id"])


def expired(books: Books, event: happened.Expired) -> bool:
    """Throw away what is left of a lot."""
    lot = books.get("stock_lots", event.lot_id)
    if lot is None or lot["quantity"] == 0:
        return False
    left = lot["quantity"]
    books.change("stock_lots", lot, quantity=Decimal(0))
    move_lot(books, event.at, lot, -left, MovementKind.WASTE, lot["lot_code"], "Caducado")
    return True


def purchasing(books: Books, event: happened.Purchasing) -> bool:
    """Draft the purchase orders of a run."""
    books.add(
        "procurement_runs", {"id": event.run_id, "created_at": event.at, "notes": event.notes}
    )
    for purchase in event.purchases:
        total = sum((packs * price for _, packs, _, price in purchase.lines), Decimal(0))
        books.add(
            "purchase_orders",
            {
                "id": purchase.purchase_order_id,
                "run_id": event.run_id,
                "supplier_id": purchase.supplier_id,
                "status": PurchaseStatus.DRAFT.value,
                "created_at": event.at,
                "expected_on": purchase.expected_on,
                "total": total,
                "sent_at": None,
                "closed_on": None,
            },
        )
        for ingredient_id, packs, quantity, price in purchase.lines:
            books.add(
                "purchase_order_lines",
                {
                    "purchase_order_id": purchase.purchase_order_id,
                    "ingredient_id": ingredient_id,
                    "packs": packs,
                    "quantity": quantity,
                    "unit_price": price,
                },
            )
    return True


def purchases_sent(books: Books, event: happened.PurchasesSent) -> bool:
    """Send the drafts that are still drafts."""
    sent = False
    for purchase_order_id in event.purchase_order_ids:
        order = books.get("purchase_orders", purchase_order_id)
        if order is not None and order["status"] == PurchaseStatus.DRAFT:
            books.change(
                "purchase_orders", order, status=PurchaseStatus.SENT.value, sent_at=event.at
            )
            sent = True
    return sent
