"""Ingredients and their suppliers' prices, the lots in the store room, and the ledger."""

from datetime import timedelta
from decimal import Decimal

from seeds.ingredient_stock import IngredientStock
from seeds.production import Batch, ingredients_used
from seeds.values import Quantities, Row, Scene, at, money, unit_cost

LEDGER_DAYS = 42
"""The ledger begins with an inventory so many days ago: each lot is the sum of its movements."""
SECOND_SUPPLIER_MARKUP = Decimal("1.06")


def keep_stock(scene: Scene, batches: list[Batch], baked: dict[str, int]) -> list[IngredientStock]:
    """Live through the ledger's days with every ingredient.

    `baked` are the pieces of each day, by its ISO date; where there are no recipes they say how
    much of the average day's use a day took.
    """
    opened_on = scene.today - timedelta(days=LEDGER_DAYS)
    days = [day for day in scene.days if day > opened_on]
    average = sum(baked[day.isoformat()] for day in days) / len(days)
    lead_times = {supplier.name: supplier.lead_time_days for supplier in scene.profile.suppliers}
    stocks = [
        IngredientStock(scene, policy, item, lead_times[policy.supplier])
        for policy, item in zip(scene.profile.stock, scene.profile.ingredients, strict=True)
    ]
    for stock in stocks:
        stock.open(opened_on)
    for day in days:
        used = ingredients_used(batches, day)
        busy = Decimal(round(100 * baked[day.isoformat()] / average)) / 100
        for stock in stocks:
            needed = used.get(stock.policy.sku, Decimal(0)) + stock.policy.daily_use * busy
            stock.simulate_day(day, needed)
    return stocks


def ingredient_rows(scene: Scene) -> list[Row]:
    """The ingredients."""
    created_at = at(scene.days[0] - timedelta(days=30), 12 * 60)
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


def lot_rows(scene: Scene, stocks: list[IngredientStock]) -> list[Row]:
    """Every lot of the ledger, the empty ones too."""
    lots = [(stock, lot) for stock in stocks for lot in stock.lots]
    return [
        {
            "id": n,
            "ingredient_id": scene.ingredient_ids[stock.policy.sku],
            "location_id": scene.location_ids[scene.bakes_at.name],
            "lot_code": lot.code,
            "quantity_received": lot.received,
            "quantity": lot.left,
            "unit_cost": lot.unit_cost,
            "received_on": lot.received_on,
            "expires_on": lot.expires_on,
        }
        for n, (stock, lot) in enumerate(lots, start=1)
    ]


def movement_rows(
    scene: Scene, stocks: list[IngredientStock], product_movements: list[Row]
) -> list[Row]:
    """The ledger of ingredients and products together, numbered by time."""
    codes = (lot.code for stock in stocks for lot in stock.lots)
    lot_ids = {code: n for n, code in enumerate(codes, start=1)}
    rows: list[Row] = [
        {
            "kind": movement.kind.value,
            "ingredient_id": scene.ingredient_ids[stock.policy.sku],
            "lot_id": lot_ids[movement.lot.code],
            "product_id": None,
            "location_id": scene.location_ids[scene.bakes_at.name],
            "quantity": movement.quantity,
            "unit_cost": money(movement.lot.unit_cost),
            "reference": movement.reference,
            "reason": movement.reason,
            "occurred_at": movement.occurred_at,
        }
        for stock in stocks
        for movement in stock.movements
    ]
    ledger = sorted(rows + product_movements, key=lambda row: row["occurred_at"])
    return [{"id": n, **row} for n, row in enumerate(ledger, start=1)]


def product_stock_rows(scene: Scene, stock: dict[str, Quantities]) -> list[Row]:
    """The pieces in stock at each location, 0 for a product out of season."""
    return [
        {
            "product_id": product_id,
            "location_id": scene.location_ids[location],
            "quantity": Decimal(pieces.get(sku, 0)),
        }
        for location, pieces in stock.items()
        for sku, product_id in scene.product_ids.items()
    ]
