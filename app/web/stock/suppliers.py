"""Suppliers: the list, and one supplier with its prices."""

from sqlalchemy.orm import Session

from app.bakery.suppliers import service
from app.bakery.suppliers.schemas import SupplierDetail, SupplierPage, SupplierQuery
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, ListPage, offer_table, show_list

LIST = ListPage(
    title="Proveedores",
    path="/demo/proveedores",
    things=("proveedor", "proveedores"),
    query=SupplierQuery,
    fetch=service.list_suppliers,
    schema=SupplierPage,
    columns=(
        Column("name", sort="name", link="/demo/proveedores/{id}", note="category"),
        Column("city", sort="city", wide=True),
        Column("phone", "phone"),
        Column("ingredients", "amount", wide=True),
        Column("lead_time_days", "amount", sort="lead_time_days"),
        Column("on_time_percent", "percent", heading="A tiempo"),
        Column("complete_percent", "percent", heading="Enteros", wide=True),
        Column("minimum_order", "euros", sort="minimum_order", wide=True),
    ),
    search="Nombre, contacto o ciudad",
)


@blueprint.get("/proveedores")
@in_bakery("suppliers")
def suppliers(session: Session) -> Answer:
    """List suppliers."""
    return show_list(session, LIST)


offer_table("suppliers", LIST)


@blueprint.get("/proveedores/<int:supplier_id>")
@in_bakery("suppliers")
def supplier(session: Session, supplier_id: int) -> Answer:
    """Show a supplier and its prices."""
    found = SupplierDetail.model_validate(service.fetch_supplier(session, supplier_id))
    return Shown("stock/supplier.html", {"title": found.name, "supplier": found})
