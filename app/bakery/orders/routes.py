"""Customers and orders over HTTP."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.orders import placing, service
from app.bakery.orders.models import Order
from app.bakery.orders.schemas import (
    CustomerPage,
    CustomerQuery,
    OrderChange,
    OrderDetail,
    OrderIn,
    OrderPage,
    OrderQuery,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("orders", "/api", "Pedidos")


@blueprint.get("/customers")
@blueprint.doc(summary="Listar los clientes y lo que han pedido.")
@blueprint.input(CustomerQuery, location="query")
@blueprint.output(CustomerPage)
@in_tenant("orders")
def list_customers(session: Session, query_data: CustomerQuery) -> dict[str, Any]:
    """List customers with the sums of their orders."""
    return service.list_customers(session, query_data)


@blueprint.get("/orders")
@blueprint.doc(summary="Listar los pedidos, primero los de entrega más tardía.")
@blueprint.input(OrderQuery, location="query")
@blueprint.output(OrderPage)
@in_tenant("orders")
def list_orders(session: Session, query_data: OrderQuery) -> dict[str, Any]:
    """List orders, the last one due first."""
    return service.list_orders(session, query_data)


@blueprint.get("/orders/<uuid:order_id>")
@blueprint.doc(summary="Ver un pedido y sus líneas.")
@blueprint.output(OrderDetail)
@in_tenant("orders")
def show_order(session: Session, order_id: UUID) -> dict[str, Any]:
    """Show an order and its lines."""
    return service.fetch_order(session, order_id)


@blueprint.post("/orders")
@blueprint.doc(summary="Crear un pedido.")
@blueprint.input(OrderIn)
@blueprint.output(OrderDetail, status_code=201)
@in_tenant("orders")
def place_order(session: Session, json_data: OrderIn) -> dict[str, Any]:
    """Take an order."""
    return placing.place(session, json_data)


@blueprint.put("/orders/<uuid:order_id>")
@blueprint.doc(
    summary="Cambiar un pedido o pasarlo a otro estado; lo que no envíes se queda igual.",
    responses={
        404: "No existe ese pedido.",
        409: "Ya no se puede modificar, no puede pasar a ese estado o faltan piezas.",
    },
)
@blueprint.input(OrderChange)
@blueprint.output(OrderDetail)
@in_tenant("orders", record=Order)
def change_order(session: Session, order_id: UUID, json_data: OrderChange) -> dict[str, Any]:
    """Change an order, or move it along."""
    return placing.change(session, order_id, json_data)
