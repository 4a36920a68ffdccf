"""Counts, transfers, waste and the value of the stock over HTTP."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.bakery.inventory.lots import counts, transfers, value
from app.bakery.inventory.lots.schemas import (
    CountDetail,
    CountIn,
    CountPage,
    CountQuery,
    TransferIn,
    TransferOut,
    ValuationOut,
    WasteIn,
    WasteOut,
    WastePage,
    WasteQuery,
)
from app.bakery.inventory.routes import blueprint
from app.bakery.scope import in_tenant

__all__ = ["blueprint"]

SHORT = {409: "No hay tanto como quieres retirar."}


@blueprint.get("/counts")
@blueprint.doc(summary="Listar los recuentos, primero los más recientes.")
@blueprint.input(CountQuery, location="query")
@blueprint.output(CountPage)
@in_tenant("inventory")
def list_counts(session: Session, query_data: CountQuery) -> dict[str, Any]:
    """List counts, the newest first."""
    return counts.list_counts(session, query_data)


@blueprint.get("/counts/<uuid:count_id>")
@blueprint.doc(summary="Ver un recuento: lo esperado y lo contado.")
@blueprint.output(CountDetail)
@in_tenant("inventory")
def show_count(session: Session, count_id: UUID) -> dict[str, Any]:
    """Show a count."""
    return counts.fetch_count(session, count_id)


@blueprint.post("/counts")
@blueprint.doc(summary="Apuntar un recuento: las diferencias pasan al libro de existencias.")
@blueprint.input(CountIn)
@blueprint.output(CountDetail, status_code=201)
@in_tenant("inventory")
def count_stock(session: Session, json_data: CountIn) -> dict[str, Any]:
    """Write down a count; its differences become movements."""
    return counts.count_stock(session, json_data)


@blueprint.post("/transfers")
@blueprint.doc(summary="Trasladar ingredientes o productos entre ubicaciones.", responses=SHORT)
@blueprint.input(TransferIn)
@blueprint.output(TransferOut, status_code=201)
@in_tenant("inventory")
def transfer_stock(session: Session, json_data: TransferIn) -> dict[str, Any]:
    """Move goods between locations."""
    return transfers.transfer(session, json_data)


@blueprint.get("/waste")
@blueprint.doc(summary="Listar las mermas por artículo y motivo.")
@blueprint.input(WasteQuery, location="query")
@blueprint.output(WastePage)
@in_tenant("inventory")
def list_waste(session: Session, query_data: WasteQuery) -> dict[str, Any]:
    """List what was thrown away, by thing and reason."""
    return value.list_waste(session, query_data)


@blueprint.post("/waste")
@blueprint.doc(summary="Apuntar una merma de un ingrediente o de un producto.", responses=SHORT)
@blueprint.input(WasteIn)
@blueprint.output(WasteOut, status_code=201)
@in_tenant("inventory")
def throw_away(session: Session, json_data: WasteIn) -> dict[str, Any]:
    """Take from stock what is thrown away."""
    return transfers.throw_away(session, json_data)


@blueprint.get("/valuation")
@blueprint.doc(summary="Ver el valor de las existencias a coste, por ubicación.")
@blueprint.output(ValuationOut)
@in_tenant("inventory")
def show_valuation(session: Session) -> dict[str, Any]:
    """Show what the stock is worth."""
    return value.value_stock(session)
