"""From a batch to the lots that it was made of, and from a lot to its batches, by the ledger."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bakery.business.models import Location
from app.bakery.inventory.models import Ingredient, MovementKind, StockLot, StockMovement
from app.bakery.listing import fetch_all, fetch_one
from app.bakery.pos.models import Product
from app.bakery.procurement.models import PurchaseOrder
from app.bakery.production.models import ProductionBatch
from app.bakery.production.service import NO_BATCH, select_batches
from app.bakery.recipes.models import Recipe
from app.bakery.suppliers.models import Supplier

_BAKED = StockMovement.kind == MovementKind.PRODUCTION
_TAKEN = func.sum(-StockMovement.quantity)


def trace_batch(session: Session, batch_id: int) -> dict[str, Any]:
    """The lots that a batch was made of, and the pieces that it became."""
    chosen = select_batches().where(ProductionBatch.id == batch_id)
    batch = fetch_one(session, chosen, NO_BATCH)
    of_batch = (_BAKED, StockMovement.reference == batch["batch_code"])
    lots = (
        select(
            StockLot.id.label("lot_id"),
            StockLot.lot_code,
            StockLot.ingredient_id,
            Ingredient.name.label("ingredient_name"),
            Ingredient.unit,
            _TAKEN.label("quantity"),
            StockLot.unit_cost,
            Supplier.name.label("supplier_name"),
            StockLot.received_on,
            StockLot.expires_on,
        )
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .join(Ingredient, Ingredient.id == StockLot.ingredient_id)
        .outerjoin(Supplier, Supplier.id == _supplier())
        .where(*of_batch)
        .group_by(StockLot.id, Ingredient.id, Supplier.id)
        .order_by(Ingredient.name, StockLot.expires_on, StockLot.id)
    )
    pieces = (
        select(
            Product.id.label("product_id"),
            Product.name.label("product_name"),
            Location.id.label("location_id"),
            Location.name.label("location_name"),
            StockMovement.quantity,
            StockMovement.occurred_at,
        )
        .join(Product, Product.id == StockMovement.product_id)
        .join(Location, Location.id == StockMovement.location_id)
        .where(*of_batch)
        .order_by(StockMovement.id)
    )
    return {"batch": batch, "lots": fetch_all(session, lots), "pieces": fetch_all(session, pieces)}


def trace_lot(session: Session, lot_id: int) -> dict[str, Any]:
    """The batches that were made with a lot, wherever parts of it lie."""
    code = select(StockLot.lot_code).where(StockLot.id == lot_id).scalar_subquery()
    everywhere = select(func.sum(StockLot.quantity)).where(StockLot.lot_code == code)
    lot = (
        select(
            StockLot.lot_code,
            StockLot.ingredient_id,
            Ingredient.name.label("ingredient_name"),
            Ingredient.unit,
            Supplier.name.label("supplier_name"),
            StockLot.received_on,
            StockLot.expires_on,
            everywhere.scalar_subquery().label("quantity_left"),
        )
        .join(Ingredient, Ingredient.id == StockLot.ingredient_id)
        .outerjoin(Supplier, Supplier.id == _supplier())
        .where(StockLot.id == lot_id)
    )
    parts = select(StockLot.id).where(StockLot.lot_code == code)
    batches = (
        select(
            ProductionBatch.id.label("batch_id"),
            ProductionBatch.batch_code,
            Recipe.name.label("recipe_name"),
            ProductionBatch.planned_on,
            _TAKEN.label("quantity"),
            ProductionBatch.quantity_produced,
        )
        .join(StockMovement, StockMovement.reference == ProductionBatch.batch_code)
        .join(Recipe, Recipe.id == ProductionBatch.recipe_id)
        .where(_BAKED, StockMovement.lot_id.in_(parts))
        .group_by(ProductionBatch.id, Recipe.id)
        .order_by(ProductionBatch.planned_on, ProductionBatch.id)
    )
    return {
        "lot": fetch_one(session, lot, "No existe ese lote."),
        "batches": fetch_all(session, batches),
    }


def _supplier() -> Any:
    """The supplier of a lot: that of its purchase order, else the ingredient's usual one."""
    of_order = (
        select(PurchaseOrder.supplier_id)
        .where(PurchaseOrder.id == StockLot.purchase_order_id)
        .correlate(StockLot)
        .scalar_subquery()
    )
    return func.coalesce(of_order, Ingredient.supplier_id)
