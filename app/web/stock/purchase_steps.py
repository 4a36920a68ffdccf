"""A purchase order by hand, and its delivery: what each would come to, for an account to make."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app.bakery.procurement import ordering, orders, receiving
from app.bakery.procurement.order_schemas import PurchaseDetail, PurchaseIn, ReceiptIn
from app.bakery.suppliers import service as suppliers
from app.bakery.suppliers.schemas import SupplierDetail, SupplierPage, SupplierQuery
from app.language.texts import _
from app.web.inside.forms import Fault, decimal_of, text_in, whole_of
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.trying import try_out

PACKS, QUANTITY, EXPIRY, LOT = "p-", "c-", "x-", "l-"
MOST = 100


@blueprint.get("/compras/pedidos/nuevo")
@in_bakery("procurement")
def new_purchase_order(session: Session) -> Answer:
    """Show a supplier's prices as a form, and what an order of it would come to."""
    listed = suppliers.list_suppliers(session, SupplierQuery(active=True, per_page=MOST))
    known = SupplierPage.model_validate(listed).items
    wanted = whole_of(request.args.get("proveedor"))
    chosen = next((each for each in known if each.id == wanted), known[0])
    packs = {name: value for name, value in request.args.items() if name.startswith(PACKS)}
    packs = {name: value for name, value in packs.items() if value.strip() not in ("", "0")}
    found = try_out(session, lambda: _draft(session, chosen.id, packs)) if packs else None
    fault = found if isinstance(found, Fault) else None
    context: dict[str, Any] = {
        "title": _("Pedido de compra nuevo"),
        "suppliers": known,
        "supplier": SupplierDetail.model_validate(suppliers.fetch_supplier(session, chosen.id)),
        "given": request.args,
        "fault": fault,
        "found": PurchaseDetail.model_validate(found) if found and fault is None else None,
    }
    return Shown("stock/new_purchase_order.html", context, fault.status if fault else 200)


def _draft(session: Session, supplier_id: int, packs: dict[str, str]) -> dict[str, Any]:
    lines = [
        {"ingredient_id": whole_of(name.removeprefix(PACKS)), "packs": whole_of(value)}
        for name, value in packs.items()
    ]
    asked = PurchaseIn.model_validate({"supplier_id": supplier_id, "lines": lines})
    return ordering.draft(session, asked)


@blueprint.get("/compras/pedidos/<int:order_id>/recibir")
@in_bakery("procurement")
def receive_purchase_order(session: Session, order_id: int) -> Answer:
    """Show the delivery note of an order as a form, and the lots that would come of it."""
    order = PurchaseDetail.model_validate(orders.fetch_order(session, order_id))
    came = {name: value for name, value in request.args.items() if name.startswith(QUANTITY)}
    came = {name: value for name, value in came.items() if value.strip() not in ("", "0")}
    found = try_out(session, lambda: _receive(session, order_id, list(came))) if came else None
    fault = found if isinstance(found, Fault) else None
    received = PurchaseDetail.model_validate(found) if found and fault is None else None
    before = {lot.id for lot in order.lots}
    context: dict[str, Any] = {
        "title": _("Recibir el pedido de compra n.º %(number)s", number=order.id),
        "order": order,
        "open": order.status in receiving.UNDER_WAY,
        "given": request.args,
        "fault": fault,
        "found": received,
        "lots": [lot for lot in received.lots if lot.id not in before] if received else [],
        "names": {line.ingredient_id: line for line in order.lines},
    }
    return Shown("stock/receive.html", context, fault.status if fault else 200)


def _receive(session: Session, order_id: int, came: list[str]) -> dict[str, Any]:
    lines = []
    for name in came:
        key = name.removeprefix(QUANTITY)
        lines.append(
            {
                "ingredient_id": whole_of(key),
                "quantity": decimal_of(request.args[name]),
                "expires_on": text_in(request.args, f"{EXPIRY}{key}"),
                "lot_code": text_in(request.args, f"{LOT}{key}"),
            }
        )
    asked = ReceiptIn.model_validate({"lines": lines, "close": "cerrar" in request.args})
    return receiving.receive(session, order_id, asked)
