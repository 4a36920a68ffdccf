"""Inventory over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.inventory import adjustments, service
from app.bakery.inventory.schemas import (
    AdjustmentIn,
    AdjustmentOut,
    IngredientDetail,
    IngredientPage,
    IngredientQuery,
    LotPage,
    LotQuery,
    MovementPage,
    MovementQuery,
    SummaryOut,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("inventory", "/api/inventory", "Inventario")


@blueprint.get("/ingredients")
@blueprint.doc(summary="Listar los ingredientes con sus existencias.")
@blueprint.input(IngredientQuery, location="query")
@blueprint.output(IngredientPage)
@in_tenant("inventory")
def list_ingredients(session: Session, query_data: IngredientQuery) -> dict[str, Any]:
    """List ingredients with what there is of each."""
    return service.list_ingredients(session, query_data)


@blueprint.get("/ingredients/<int:ingredient_id>")
@blueprint.doc(summary="Ver un ingrediente y sus lotes.")
@blueprint.output(IngredientDetail)
@in_tenant("inventory")
def show_ingredient(session: Session, ingredient_id: int) -> dict[str, Any]:
    """Show an ingredient and its lots."""
    return service.fetch_ingredient(session, ingredient_id)


@blueprint.get("/stock")
@blueprint.doc(summary="Listar los lotes en almacén, primero los que antes caducan.")
@blueprint.input(LotQuery, location="query")
@blueprint.output(LotPage)
@in_tenant("inventory")
def list_lots(session: Session, query_data: LotQuery) -> dict[str, Any]:
    """List the lots in stock, the first to expire first."""
    return service.list_lots(session, query_data)


@blueprint.get("/summary")
@blueprint.doc(summary="Ver el estado del almacén en cifras.")
@blueprint.output(SummaryOut)
@in_tenant("inventory", cached="inventory_summary")
def show_summary(session: Session) -> dict[str, Any]:
    """Show the state of the stock in figures."""
    return service.summarise(session)


@blueprint.get("/movements")
@blueprint.doc(summary="Listar los movimientos de existencias, primero los más recientes.")
@blueprint.input(MovementQuery, location="query")
@blueprint.output(MovementPage)
@in_tenant("inventory")
def list_movements(session: Session, query_data: MovementQuery) -> dict[str, Any]:
    """List movements of stock, the newest first."""
    return service.list_movements(session, query_data)


@blueprint.get("/adjustments")
@blueprint.doc(summary="Listar los ajustes y las mermas, primero los más recientes.")
@blueprint.input(MovementQuery, location="query")
@blueprint.output(MovementPage)
@in_tenant("inventory")
def list_adjustments(session: Session, query_data: MovementQuery) -> dict[str, Any]:
    """List adjustments and waste, the newest first."""
    return service.list_adjustments(session, query_data)


@blueprint.post("/adjustments")
@blueprint.doc(
    summary="Ajustar las existencias de un ingrediente.",
    responses={409: "No hay tanto como quieres retirar."},
)
@blueprint.input(AdjustmentIn)
@blueprint.output(AdjustmentOut, status_code=201)
@in_tenant("inventory")
def adjust_stock(session: Session, json_data: AdjustmentIn) -> dict[str, Any]:
    """Adjust the stock of an ingredient."""
    return adjustments.adjust(session, json_data)
