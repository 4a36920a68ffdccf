"""Sales over time, over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.sales import comparing, service
from app.bakery.sales.schemas import (
    ChannelQuery,
    ComparisonPage,
    DailyQuery,
    DayPage,
    HourPage,
    LocationSalesPage,
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


@blueprint.get("/comparison")
@blueprint.doc(summary="Comparar cada día con el mismo día de la semana y del año pasados.")
@blueprint.input(DailyQuery, location="query")
@blueprint.output(ComparisonPage)
@in_tenant("sales")
def list_comparison(session: Session, query_data: DailyQuery) -> dict[str, Any]:
    """List days against last week and last year."""
    return comparing.list_comparison(session, query_data)


@blueprint.get("/locations")
@blueprint.doc(summary="Listar las ventas por tienda y canal, con la semana y el año pasados.")
@blueprint.input(ChannelQuery, location="query")
@blueprint.output(LocationSalesPage)
@in_tenant("sales")
def list_locations(session: Session, query_data: ChannelQuery) -> dict[str, Any]:
    """List the sales of each shop and channel."""
    return comparing.list_locations(session, query_data)
