"""Ingredients, their suppliers' prices, and the shelves of finished products."""

from datetime import timedelta
from decimal import Decimal

from seeds.values import Row, Scene, at, money, unit_cost

SECOND_SUPPLIER_MARKUP = Decimal("1.06")


def ingredient_rows(scene: Scene) -> list[Row]:
    """The ingredients."""
    created_at = at(scene.past_days[0] - timedelta(days=30), 12 * 60)
    return [
        {
            "id": scene.ingredient_ids[item.sku],
            "sku": item.sku,
            "name": item.name,
            "category": item.category.value,
            "unit": item.unit.value,
            "unit_cost": unit_cost(item.unit_cost),
            "reorder_point": policy.reorder_point,
            "reorder_quantity": item.pack_size * policy.reorder_packs,
            "shelf_life_days": item.shelf_life_days,
            "allergens": list(item.allergens),
            "supplier_id": scene.supplier_ids[policy.supplier],
            "created_at": created_at,
        }
        for policy, item in zip(scene.profile.stock, scene.profile.ingredients, strict=True)
    ]


def supplier_price_rows(scene: Scene) -> list[Row]:
    """The price of a pack at the usual supplier and, where there is one, at another."""
    offers = []
    for policy, item in zip(scene.profile.stock, scene.profile.ingredients, strict=True):
        offers.append((policy.supplier, item, Decimal(1)))
        if policy.second_supplier is not None:
            offers.append((policy.second_supplier, item, SECOND_SUPPLIER_MARKUP))
    return [
        {
            "id": n,
            "supplier_id": scene.supplier_ids[supplier],
            "ingredient_id": scene.ingredient_ids[item.sku],
            "pack_size": item.pack_size,
            "pack_price": money(item.pack_size * item.unit_cost * markup),
        }
        for n, (supplier, item, markup) in enumerate(offers, start=1)
    ]


def shelf_rows(scene: Scene) -> list[Row]:
    """Every product at every location, none of it there yet."""
    return [
        {"product_id": product_id, "location_id": location_id, "quantity": Decimal(0)}
        for location_id in scene.location_ids.values()
        for product_id in scene.product_ids.values()
    ]
