"""What deliveries, use and losses of ingredients change, and the purchasing that refills them."""

from decimal import Decimal

from app.bakery.clock import MADRID
from app.bakery.inventory.models import MovementKind
from app.bakery.living import events as happened
from app.bakery.living.books import Books
from app.bakery.living.effects.moving import move_lot, use
from app.bakery.procurement.models import PurchaseStatus


def used(books: Books, event: happened.Used) -> bool:
    """Use up ingredients, if they are there."""
    return use(books, event.at, event.uses, event.reference, event.reason)


def delivered(books: Books, event: happened.Delivered) -> bool:
    """Put a delivery into stock, unless its purchase order was received before."""
    if event.purchase_order_id is not None:
        order = books.get("purchase_orders", event.purchase_order_id)
        if order is None or order["status"] != PurchaseStatus.SENT:
            return False
        books.change("purchase_orders", order, status=PurchaseStatus.RECEIVED.value)
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
                "received_on": event.at.astimezone(MADRID).date(),
                "expires_on": lot.expires_on,
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
    books.change("stock_lots", lot, quantity=lot["quantity"] - event.quantity)
    kind = MovementKind(event.movement)
    move_lot(books, event.at, lot, -event.quantity, kind, "Recuento", event.reason)
    return True


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
            books.change("purchase_orders", order, status=PurchaseStatus.SENT.value)
            sent = True
    return sent
