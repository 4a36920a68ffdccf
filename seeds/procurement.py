"""The purchasing runs of each buying day and their purchase orders."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from app.bakery.procurement.models import PurchaseStatus
from seeds.ingredient_stock import IngredientStock, Purchase
from seeds.values import Row, Scene, Tables, at, money

RUN_MINUTE = 10 * 60 + 40


def procurement_rows(scene: Scene, stocks: list[IngredientStock]) -> Tables:
    """Runs, purchase orders and their lines, from the purchases of the ingredients' stock.

    A line's price is that of one pack.
    """
    by_day: dict[date, list[Purchase]] = defaultdict(list)
    for stock in stocks:
        for purchase in stock.purchases:
            by_day[purchase.ordered_on].append(purchase)
    tables: Tables = {"procurement_runs": [], "purchase_orders": [], "purchase_order_lines": []}
    for run_id, day in enumerate(sorted(by_day), start=1):
        count = len(by_day[day])
        tables["procurement_runs"].append(
            {
                "id": run_id,
                "created_at": at(day, RUN_MINUTE),
                "notes": f"Revisión de existencias: {count} por debajo del punto de pedido.",
            }
        )
        _order(scene, run_id, by_day[day], tables)
    return tables


def _order(scene: Scene, run_id: int, purchases: list[Purchase], tables: Tables) -> None:
    """One purchase order for each supplier and day of delivery."""
    suppliers = {policy.sku: policy.supplier for policy in scene.profile.stock}
    parcels: dict[tuple[int, date], list[Purchase]] = defaultdict(list)
    for purchase in purchases:
        supplier_id = scene.supplier_ids[suppliers[purchase.sku]]
        parcels[supplier_id, purchase.expected_on].append(purchase)
    for (supplier_id, expected_on), parcel in sorted(parcels.items()):
        order_id = len(tables["purchase_orders"]) + 1
        lines = [_line(scene, order_id, purchase) for purchase in parcel]
        total = sum((line["packs"] * line["unit_price"] for line in lines), Decimal(0))
        tables["purchase_orders"].append(
            {
                "id": order_id,
                "run_id": run_id,
                "supplier_id": supplier_id,
                "status": _status(scene, parcel[0]).value,
                "created_at": at(parcel[0].ordered_on, RUN_MINUTE) + timedelta(minutes=5),
                "expected_on": expected_on,
                "total": money(total),
            }
        )
        tables["purchase_order_lines"].extend(lines)


def _status(scene: Scene, purchase: Purchase) -> PurchaseStatus:
    if purchase.expected_on <= scene.today:
        return PurchaseStatus.RECEIVED
    return PurchaseStatus.DRAFT if purchase.ordered_on == scene.today else PurchaseStatus.SENT


def _line(scene: Scene, order_id: int, purchase: Purchase) -> Row:
    item = next(item for item in scene.profile.ingredients if item.sku == purchase.sku)
    return {
        "purchase_order_id": order_id,
        "ingredient_id": scene.ingredient_ids[purchase.sku],
        "packs": purchase.packs,
        "quantity": item.pack_size * purchase.packs,
        "unit_price": money(item.pack_size * item.unit_cost),
    }
