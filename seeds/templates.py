"""A whole template: the rows of every table of one bakery on one date."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from app.bakery.business.models import BusinessModel
from app.bakery.metadata import TENANT_METADATA
from seeds.catalogue.kinds import Profile
from seeds.catalogue.la_espiga import LA_ESPIGA
from seeds.catalogue.san_pablo import SAN_PABLO
from seeds.forecasting import forecast_rows
from seeds.inventory import (
    ingredient_rows,
    keep_stock,
    lot_rows,
    movement_rows,
    product_stock_rows,
    supplier_price_rows,
)
from seeds.orders import order_rows, place_orders
from seeds.people import people_rows, product_rows
from seeds.procurement import procurement_rows
from seeds.product_stock import build_product_stock
from seeds.production import bake, batch_rows, pieces_baked, recipe_rows
from seeds.sales import sales_rows, simulate_sales
from seeds.supply import plan_supply
from seeds.values import Scene, Tables

PROFILES: tuple[Profile, ...] = (SAN_PABLO, LA_ESPIGA)


@dataclass(frozen=True)
class TemplateData:
    """The rows of a template, by table, each after the tables that it refers to."""

    profile: Profile
    today: date
    tables: Tables

    @property
    def row_count(self) -> int:
        """Rows in all tables."""
        return sum(len(rows) for rows in self.tables.values())

    def digest(self, revision: str) -> str:
        """A fingerprint of the rows and of the tables' revision."""
        seal = hashlib.sha256(revision.encode())
        for table, rows in self.tables.items():
            seal.update(table.encode())
            for row in rows:
                seal.update(json.dumps(row, default=str, sort_keys=True).encode())
        return seal.hexdigest()


def build_template(profile: Profile, today: date) -> TemplateData:
    """The rows of a bakery as it stands on a date at ten in the morning.

    The same date gives the same rows. What history two dates share is the same, too, but for the
    numbers that count tickets and orders from the first day on.
    """
    scene = Scene(profile, today)
    tickets = simulate_sales(scene)
    supply = plan_supply(scene, tickets)
    orders = place_orders(scene, supply)
    batches = bake(scene, tickets, supply, orders)
    baked = {
        day.isoformat(): sum(pieces_baked(scene, supply, orders, day).values())
        for day in scene.days
    }
    stocks = keep_stock(scene, batches, baked)
    product_movements, stock = build_product_stock(scene, tickets, supply, orders, batches)
    tables: Tables = {
        **people_rows(scene),
        **recipe_rows(scene),
        "products": product_rows(scene),
        "ingredients": ingredient_rows(scene),
        "supplier_prices": supplier_price_rows(scene),
        "stock_lots": lot_rows(scene, stocks),
        "stock_movements": movement_rows(scene, stocks, product_movements),
        "product_stock": product_stock_rows(scene, stock),
        "production_batches": batch_rows(scene, batches),
        **sales_rows(scene, tickets),
        **order_rows(scene, orders),
        **forecast_rows(scene),
    }
    if profile.account_type is BusinessModel.CENTRAL_BAKER:
        tables |= procurement_rows(scene, stocks)
    return TemplateData(profile, today, _in_order(tables))


def _in_order(tables: Tables) -> Tables:
    """Tables that have rows, each after those it refers to.

    Raises:
        ValueError: rows were made for a table that does not exist.
    """
    names = [table.name for table in TENANT_METADATA.sorted_tables]
    unknown = sorted(set(tables) - set(names))
    if unknown:
        raise ValueError(f"rows for tables that are not in the metadata: {', '.join(unknown)}")
    return {name: tables[name] for name in names if tables.get(name)}
