"""Lists and details of suppliers, with their prices."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.bakery.inventory.models import Ingredient
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.suppliers.models import Supplier, SupplierPrice
from app.bakery.suppliers.reliability import DELIVERIES
from app.bakery.suppliers.schemas import SupplierQuery

NO_SUPPLIER = "No existe ese proveedor."

PRICED: ColumnElement[int] = (
    select(func.count())
    .where(SupplierPrice.supplier_id == Supplier.id)
    .correlate(Supplier)
    .scalar_subquery()
)
UNIT_PRICE: ColumnElement[Any] = SupplierPrice.pack_price / SupplierPrice.pack_size

SUPPLIERS = Listing(
    sorts={
        "name": folded(Supplier.name),
        "category": folded(Supplier.category),
        "city": folded(Supplier.city),
        "rating": Supplier.rating,
        "lead_time_days": Supplier.lead_time_days,
        "minimum_order": Supplier.minimum_order,
        "on_time_percent": DELIVERIES.c.on_time_percent,
    },
    default="name",
    tie_breakers=(Supplier.id,),
    search=(Supplier.name, Supplier.contact_name, Supplier.city),
)


def _select_suppliers() -> Rows:
    return select(
        *Supplier.__table__.columns,
        PRICED.label("ingredients"),
        func.coalesce(DELIVERIES.c.deliveries, 0).label("deliveries"),
        DELIVERIES.c.on_time_percent,
        DELIVERIES.c.complete_percent,
    ).outerjoin(DELIVERIES, DELIVERIES.c.supplier_id == Supplier.id)


def list_suppliers(session: Session, query: SupplierQuery) -> dict[str, Any]:
    """A page of suppliers."""
    statement = _select_suppliers()
    if query.category is not None:
        statement = statement.where(Supplier.category == query.category)
    if query.active is not None:
        statement = statement.where(Supplier.is_active.is_(query.active))
    return paginate(session, statement, SUPPLIERS, query)


def fetch_supplier(session: Session, supplier_id: int) -> dict[str, Any]:
    """One supplier with all its prices."""
    supplier = fetch_one(
        session, _select_suppliers().where(Supplier.id == supplier_id), NO_SUPPLIER
    )
    prices = (
        select(
            *SupplierPrice.__table__.columns,
            Ingredient.name.label("ingredient_name"),
            Ingredient.unit,
            UNIT_PRICE.label("unit_price"),
        )
        .join(Ingredient, Ingredient.id == SupplierPrice.ingredient_id)
        .where(SupplierPrice.supplier_id == supplier_id)
        .order_by(folded(Ingredient.name), Ingredient.id)
    )
    return supplier | {"prices": fetch_all(session, prices)}
