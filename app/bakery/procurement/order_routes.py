"""Purchase orders over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.procurement import ordering, orders, receiving
from app.bakery.procurement.models import PurchaseOrder
from app.bakery.procurement.order_schemas import (
    PurchaseDetail,
    PurchaseIn,
    PurchasePage,
    PurchaseQuery,
    PurchaseStepIn,
    ReceiptIn,
)
from app.bakery.procurement.routes import blueprint
from app.bakery.scope import in_tenant

__all__ = ["blueprint"]

WRONG_STATE = {409: "El pedido está en otro estado."}


@blueprint.get("/orders")
@blueprint.doc(summary="Listar los pedidos de compra, primero los más recientes.")
@blueprint.input(PurchaseQuery, location="query")
@blueprint.output(PurchasePage)
@in_tenant("procurement")
def list_orders(session: Session, query_data: PurchaseQuery) -> dict[str, Any]:
    """List purchase orders, the newest first."""
    return orders.list_orders(session, query_data)


@blueprint.post("/orders")
@blueprint.doc(summary="Preparar un pedido de compra a un proveedor.")
@blueprint.input(PurchaseIn)
@blueprint.output(PurchaseDetail, status_code=201)
@in_tenant("procurement")
def draft_order(session: Session, json_data: PurchaseIn) -> dict[str, Any]:
    """Draft a purchase order."""
    return ordering.draft(session, json_data)


@blueprint.get("/orders/<int:order_id>")
@blueprint.doc(summary="Ver un pedido de compra y lo que ha llegado de él.")
@blueprint.output(PurchaseDetail)
@in_tenant("procurement")
def show_order(session: Session, order_id: int) -> dict[str, Any]:
    """Show a purchase order and what of it has come."""
    return orders.fetch_order(session, order_id)


@blueprint.post("/orders/<int:order_id>/send")
@blueprint.doc(summary="Enviar un pedido de compra a su proveedor.", responses=WRONG_STATE)
@blueprint.input(PurchaseStepIn)
@blueprint.output(PurchaseDetail)
@in_tenant("procurement", record=PurchaseOrder)
def send_order(session: Session, order_id: int, json_data: PurchaseStepIn) -> dict[str, Any]:
    """Send a draft to its supplier."""
    del json_data
    return ordering.send(session, order_id)


@blueprint.post("/orders/<int:order_id>/receive")
@blueprint.doc(
    summary="Recibir un pedido de compra, entero o en parte: entra en lotes.",
    responses=WRONG_STATE,
)
@blueprint.input(ReceiptIn)
@blueprint.output(PurchaseDetail)
@in_tenant("procurement", record=PurchaseOrder)
def receive_order(session: Session, order_id: int, json_data: ReceiptIn) -> dict[str, Any]:
    """Put what came of an order into stock."""
    return receiving.receive(session, order_id, json_data)


@blueprint.post("/orders/<int:order_id>/cancel")
@blueprint.doc(summary="Anular un pedido del que no ha llegado nada.", responses=WRONG_STATE)
@blueprint.input(PurchaseStepIn)
@blueprint.output(PurchaseDetail)
@in_tenant("procurement", record=PurchaseOrder)
def cancel_order(session: Session, order_id: int, json_data: PurchaseStepIn) -> dict[str, Any]:
    """Give up an order."""
    del json_data
    return ordering.cancel(session, order_id)
