"""Changing suppliers: their terms and their prices."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.bakery.inventory.lots.drawing import check_quantity
from app.bakery.inventory.models import Ingredient
from app.bakery.problems import Problems, refused
from app.bakery.suppliers.models import Supplier, SupplierPrice
from app.bakery.suppliers.schemas import PriceIn, SupplierChange
from app.bakery.suppliers.service import NO_SUPPLIER, fetch_supplier
from app.errors import NotFound
from app.language.texts import _


def change_supplier(session: Session, supplier_id: int, change: SupplierChange) -> dict[str, Any]:
    """Change what was sent of a supplier.

    Raises:
        NotFound: there is no such supplier.
    """
    supplier = _lock(session, supplier_id)
    for name, value in change.model_dump(exclude_unset=True).items():
        if value is not None:
            setattr(supplier, name, value)
    session.flush()
    return fetch_supplier(session, supplier_id)


def set_price(session: Session, supplier_id: int, price: PriceIn) -> dict[str, Any]:
    """Set a supplier's price of an ingredient, whether it had one or not.

    Raises:
        NotFound: there is no such supplier.
        InvalidRequest: there is no such ingredient, or the pack is not in its unit.
    """
    _lock(session, supplier_id)
    ingredient = session.get(Ingredient, price.ingredient_id)
    if ingredient is None:
        raise refused(
            "ingredient_id",
            _("No existe el ingrediente %(ingredient_id)s.", ingredient_id=price.ingredient_id),
        )
    problems = Problems()
    check_quantity(problems, ingredient, price.pack_size, price.unit, "")
    problems.ensure_none()
    values = {"pack_size": price.pack_size, "pack_price": price.pack_price}
    statement = insert(SupplierPrice).values(
        supplier_id=supplier_id, ingredient_id=ingredient.id, **values
    )
    keys = ("supplier_id", "ingredient_id")
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
    return fetch_supplier(session, supplier_id)


def _lock(session: Session, supplier_id: int) -> Supplier:
    supplier = session.scalar(
        select(Supplier).where(Supplier.id == supplier_id).with_for_update(key_share=True)
    )
    if supplier is None:
        raise NotFound(NO_SUPPLIER)
    return supplier
