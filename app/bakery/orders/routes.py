"""Customers and orders over HTTP."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.bakery.customers import service as customers
from app.bakery.customers import standing
from app.bakery.customers.schemas import (
    CustomerChange,
    CustomerDetail,
    CustomerIn,
    CustomerPage,
    CustomerQuery,
    StandingIn,
    StandingPage,
    StandingQuery,
    StandingRunIn,
    StandingRunOut,
)
from app.bakery.domain import domain_blueprint
from app.bakery.orders import notes, placing, service
from app.bakery.orders.models import Customer, Order
from app.bakery.orders.schemas import (
    NoteDetail,
    NotePage,
    NoteQuery,
    OrderChange,
    OrderDetail,
    OrderIn,
    OrderPage,
    OrderQuery,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("orders", "/api", "Pedidos")
UNKNOWN_CUSTOMER = {404: "No existe ese cliente."}


@blueprint.get("/customers")
@blueprint.doc(summary="Listar los clientes y lo que han pedido.")
@blueprint.input(CustomerQuery, location="query")
@blueprint.output(CustomerPage)
@in_tenant("orders")
def list_customers(session: Session, query_data: CustomerQuery) -> dict[str, Any]:
    """List customers with the sums of their orders."""
    return customers.list_customers(session, query_data)


@blueprint.get("/customers/<int:customer_id>")
@blueprint.doc(summary="Ver un cliente, sus condiciones y su pedido fijo.")
@blueprint.output(CustomerDetail)
@in_tenant("orders")
def show_customer(session: Session, customer_id: int) -> dict[str, Any]:
    """Show a customer."""
    return customers.fetch_customer(session, customer_id)


@blueprint.post("/customers")
@blueprint.doc(summary="Dar de alta a un cliente con sus condiciones.")
@blueprint.input(CustomerIn)
@blueprint.output(CustomerDetail, status_code=201)
@in_tenant("orders")
def add_customer(session: Session, json_data: CustomerIn) -> dict[str, Any]:
    """Add a customer."""
    return customers.add_customer(session, json_data)


@blueprint.put("/customers/<int:customer_id>")
@blueprint.doc(
    summary="Cambiar un cliente o sus condiciones; lo que no envíes se queda igual.",
    responses=UNKNOWN_CUSTOMER,
)
@blueprint.input(CustomerChange)
@blueprint.output(CustomerDetail)
@in_tenant("orders", record=Customer)
def change_customer(
    session: Session, customer_id: int, json_data: CustomerChange
) -> dict[str, Any]:
    """Change a customer."""
    return customers.change_customer(session, customer_id, json_data)


@blueprint.put("/customers/<int:customer_id>/standing-order")
@blueprint.doc(summary="Fijar lo que un cliente recibe cada semana.", responses=UNKNOWN_CUSTOMER)
@blueprint.input(StandingIn)
@blueprint.output(CustomerDetail)
@in_tenant("orders", record=Customer)
def set_standing_order(session: Session, customer_id: int, json_data: StandingIn) -> dict[str, Any]:
    """Replace a customer's standing order."""
    return standing.set_standing(session, customer_id, json_data)


@blueprint.get("/standing-orders")
@blueprint.doc(summary="Listar los pedidos fijos, por cliente y día de la semana.")
@blueprint.input(StandingQuery, location="query")
@blueprint.output(StandingPage)
@in_tenant("orders")
def list_standing_orders(session: Session, query_data: StandingQuery) -> dict[str, Any]:
    """List the lines of standing orders."""
    return standing.list_standing(session, query_data)


@blueprint.post("/standing-orders/runs")
@blueprint.doc(summary="Crear los pedidos de un día a partir de los pedidos fijos.")
@blueprint.input(StandingRunIn)
@blueprint.output(StandingRunOut, status_code=201)
@in_tenant("orders")
def run_standing_orders(session: Session, json_data: StandingRunIn) -> dict[str, Any]:
    """Make the orders of a day from the standing orders."""
    return standing.run(session, json_data)


@blueprint.get("/delivery-notes")
@blueprint.doc(summary="Listar los albaranes, primero los más recientes.")
@blueprint.input(NoteQuery, location="query")
@blueprint.output(NotePage)
@in_tenant("orders")
def list_delivery_notes(session: Session, query_data: NoteQuery) -> dict[str, Any]:
    """List delivery notes."""
    return notes.list_notes(session, query_data)


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


@blueprint.get("/orders/<uuid:order_id>/delivery-note")
@blueprint.doc(summary="Ver el albarán de un pedido entregado.")
@blueprint.output(NoteDetail)
@in_tenant("orders")
def show_delivery_note(session: Session, order_id: UUID) -> dict[str, Any]:
    """Show the delivery note of an order."""
    return notes.fetch_note(session, order_id)


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
