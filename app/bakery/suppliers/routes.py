"""Suppliers over HTTP."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.scope import in_tenant
from app.bakery.suppliers import service, writing
from app.bakery.suppliers.models import Supplier
from app.bakery.suppliers.schemas import (
    PriceIn,
    SupplierChange,
    SupplierDetail,
    SupplierPage,
    SupplierQuery,
)

blueprint = domain_blueprint("suppliers", "/api/suppliers", "Proveedores")


@blueprint.get("")
@blueprint.doc(summary="Listar los proveedores.")
@blueprint.input(SupplierQuery, location="query")
@blueprint.output(SupplierPage)
@in_tenant("suppliers")
def list_suppliers(session: Session, query_data: SupplierQuery) -> dict[str, Any]:
    """List suppliers."""
    return service.list_suppliers(session, query_data)


@blueprint.get("/<int:supplier_id>")
@blueprint.doc(summary="Ver un proveedor y sus precios.")
@blueprint.output(SupplierDetail)
@in_tenant("suppliers")
def show_supplier(session: Session, supplier_id: int) -> dict[str, Any]:
    """Show a supplier and its prices."""
    return service.fetch_supplier(session, supplier_id)


@blueprint.put("/<int:supplier_id>")
@blueprint.doc(summary="Cambiar el plazo, el pedido mínimo y otros datos de un proveedor.")
@blueprint.input(SupplierChange)
@blueprint.output(SupplierDetail)
@in_tenant("suppliers", record=Supplier)
def change_supplier(
    session: Session, supplier_id: int, json_data: SupplierChange
) -> dict[str, Any]:
    """Change a supplier."""
    return writing.change_supplier(session, supplier_id, json_data)


@blueprint.put("/<int:supplier_id>/prices")
@blueprint.doc(summary="Poner el precio de un ingrediente en un proveedor.")
@blueprint.input(PriceIn)
@blueprint.output(SupplierDetail)
@in_tenant("suppliers", record=Supplier)
def set_price(session: Session, supplier_id: int, json_data: PriceIn) -> dict[str, Any]:
    """Set a supplier's price of an ingredient."""
    return writing.set_price(session, supplier_id, json_data)
