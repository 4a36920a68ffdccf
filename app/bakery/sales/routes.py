"""Sales over time, over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.sales import service
from app.bakery.sales.schemas import (
    ChannelQuery,
    DailyQuery,
    DayPage,
    HourPage,
    ProductSalesPage,
    SalesQuery,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("sales", "/api/sales", "Ventas")


@blueprint.get("/daily")
@blueprint.doc(summary="Listar las ventas por día.")
@blueprint.input(DailyQuery, location="query")
@blueprint.output(DayPage)
@in_tenant("sales")
def list_days(session: Session, query_data: DailyQuery) -> dict[str, Any]:
    """List the sales of each day."""
    return service.list_days(session, query_data)


@blueprint.get("/hourly")
@blueprint.doc(summary="Listar las ventas por hora del día.")
@blueprint.input(SalesQuery, location="query")
@blueprint.output(HourPage)
@in_tenant("sales")
def list_hours(session: Session, query_data: SalesQuery) -> dict[str, Any]:
    """List the sales at each hour of the day."""
    return service.list_hours(session, query_data)


@blueprint.get("/products")
@blueprint.doc(summary="Listar los productos vendidos, primero los más vendidos.")
@blueprint.input(ChannelQuery, location="query")
@blueprint.output(ProductSalesPage)
@in_tenant("sales")
def list_products(session: Session, query_data: ChannelQuery) -> dict[str, Any]:
    """List the products sold, the best sold first."""
    return service.list_products(session, query_data)
