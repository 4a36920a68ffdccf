"""The point of sale over HTTP."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.pos import returning, selling, service, till
from app.bakery.pos.models import Sale
from app.bakery.pos.schemas import (
    ClosingIn,
    CorrectionIn,
    OpeningIn,
    ProductDetail,
    ProductPage,
    ProductQuery,
    ReturnIn,
    SaleDetail,
    SaleIn,
    SalePage,
    SaleQuery,
    TillOut,
    TillQuery,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("pos", "/api/pos", "Punto de venta")


@blueprint.get("/products")
@blueprint.doc(summary="Listar los productos y cuánto hay a la venta de cada uno.")
@blueprint.input(ProductQuery, location="query")
@blueprint.output(ProductPage)
@in_tenant("pos")
def list_products(session: Session, query_data: ProductQuery) -> dict[str, Any]:
    """List products with what there is of each for sale."""
    return service.list_products(session, query_data)


@blueprint.get("/products/<int:product_id>")
@blueprint.doc(summary="Ver un producto y sus existencias en cada ubicación.")
@blueprint.output(ProductDetail)
@in_tenant("pos")
def show_product(session: Session, product_id: int) -> dict[str, Any]:
    """Show a product and its stock at each location."""
    return service.fetch_product(session, product_id)


@blueprint.get("/session")
@blueprint.doc(summary="Ver la caja abierta o, si no la hay, la última, con sus totales.")
@blueprint.input(TillQuery, location="query")
@blueprint.output(TillOut)
@in_tenant("pos", cached="till_session")
def show_till(session: Session, query_data: TillQuery) -> dict[str, Any]:
    """Show the open till session, else the last one, with its totals so far."""
    return till.fetch_till(session, query_data.location_id)


@blueprint.post("/session/open")
@blueprint.doc(summary="Abrir la caja con su cambio.", responses={409: "La caja ya está abierta."})
@blueprint.input(OpeningIn)
@blueprint.output(TillOut, status_code=201)
@in_tenant("pos")
def open_till(session: Session, json_data: OpeningIn) -> dict[str, Any]:
    """Open a till."""
    return till.open_till(session, json_data)


@blueprint.post("/session/close")
@blueprint.doc(
    summary="Cerrar la caja con su arqueo y ver qué falta o sobra.",
    responses={409: "La caja no está abierta."},
)
@blueprint.input(ClosingIn)
@blueprint.output(TillOut)
@in_tenant("pos")
def close_till(session: Session, json_data: ClosingIn) -> dict[str, Any]:
    """Count a till and close it."""
    return till.close_till(session, json_data)


@blueprint.get("/sales")
@blueprint.doc(summary="Listar los tickets, primero los más recientes.")
@blueprint.input(SaleQuery, location="query")
@blueprint.output(SalePage)
@in_tenant("pos", cached="recent_sales")
def list_sales(session: Session, query_data: SaleQuery) -> dict[str, Any]:
    """List tickets, the newest first."""
    return service.list_sales(session, query_data)


@blueprint.get("/sales/<uuid:sale_id>")
@blueprint.doc(summary="Ver un ticket y sus líneas.")
@blueprint.output(SaleDetail)
@in_tenant("pos")
def show_sale(session: Session, sale_id: UUID) -> dict[str, Any]:
    """Show a ticket and its lines."""
    return service.fetch_sale(session, sale_id)


@blueprint.post("/sales")
@blueprint.doc(summary="Cobrar un ticket.", responses={409: "No hay suficiente de algún producto."})
@blueprint.input(SaleIn)
@blueprint.output(SaleDetail, status_code=201)
@in_tenant("pos")
def sell(session: Session, json_data: SaleIn) -> dict[str, Any]:
    """Ring up a ticket."""
    return selling.sell(session, json_data)


@blueprint.put("/sales/<uuid:sale_id>")
@blueprint.doc(
    summary="Corregir las líneas de un ticket o su forma de pago.",
    responses={
        404: "No existe ese ticket.",
        409: "No hay suficiente de algún producto, o el ticket ya no se puede corregir.",
    },
)
@blueprint.input(CorrectionIn)
@blueprint.output(SaleDetail)
@in_tenant("pos", record=Sale)
def correct_sale(session: Session, sale_id: UUID, json_data: CorrectionIn) -> dict[str, Any]:
    """Correct a ticket's lines or how it was paid."""
    return selling.correct(session, sale_id, json_data)


@blueprint.post("/sales/<uuid:sale_id>/returns")
@blueprint.doc(
    summary="Devolver un ticket, o una parte: abona el importe y repone o tira las piezas.",
    responses={404: "No existe ese ticket.", 409: "Ya se ha devuelto, o es una devolución."},
)
@blueprint.input(ReturnIn)
@blueprint.output(SaleDetail, status_code=201)
@in_tenant("pos")
def take_back(session: Session, sale_id: UUID, json_data: ReturnIn) -> dict[str, Any]:
    """Take goods back."""
    return returning.take_back(session, sale_id, json_data)
