"""Short ways to write master data down, so that a catalogue reads like a price list."""

from dataclasses import replace
from decimal import Decimal

from seeds.calendar import Season
from seeds.catalogue.kinds import Habit, ProductSpec, StockPolicy, SupplierSpec

BREAD_VAT, PASTRY_VAT = 4, 10
"""Common bread, wholemeal and other cereals included, is taxed at 4 %; the rest at 10 %."""


def bread(
    sku: str, name: str, price: str, popularity: float, habit: Habit, description: str
) -> ProductSpec:
    """A bread."""
    amount = Decimal(price)
    return ProductSpec(sku, name, "Panes", description, amount, BREAD_VAT, popularity, habit)


def pastry(
    sku: str, name: str, price: str, popularity: float, habit: Habit, description: str
) -> ProductSpec:
    """A pastry that is sold all year."""
    amount = Decimal(price)
    return ProductSpec(sku, name, "Bollería", description, amount, PASTRY_VAT, popularity, habit)


def seasonal(
    sku: str,
    name: str,
    price: str,
    popularity: float,
    season: Season,
    habit: Habit,
    description: str,
) -> ProductSpec:
    """A pastry of one season."""
    amount = Decimal(price)
    return ProductSpec(
        sku, name, "Temporada", description, amount, PASTRY_VAT, popularity, habit, season
    )


def stock(
    sku: str,
    supplier: str,
    reorder_point: str,
    reorder_packs: int,
    daily_use: str = "0",
    second: str | None = None,
) -> StockPolicy:
    """An ingredient that is reordered in time."""
    point, use = Decimal(reorder_point), Decimal(daily_use)
    return StockPolicy(sku, supplier, point, reorder_packs, use, second)


def low_stock(
    sku: str,
    supplier: str,
    reorder_point: str,
    reorder_packs: int,
    daily_use: str = "0",
    second: str | None = None,
) -> StockPolicy:
    """An ingredient that someone should have reordered."""
    ordinary = stock(sku, supplier, reorder_point, reorder_packs, daily_use, second)
    return replace(ordinary, runs_low=True)


def short_dated(
    sku: str,
    supplier: str,
    reorder_point: str,
    reorder_packs: int,
    daily_use: str = "0",
    second: str | None = None,
) -> StockPolicy:
    """An ingredient of which a lot is about to expire."""
    ordinary = stock(sku, supplier, reorder_point, reorder_packs, daily_use, second)
    return replace(ordinary, short_dated=True)


def supplier(
    name: str,
    tax_id: str,
    contact_name: str,
    reach: tuple[str, str, str],
    category: str,
    terms: tuple[int, int, str, int],
) -> SupplierSpec:
    """A supplier: `reach` is e-mail, phone and city; `terms` are lead days, payment days, minimum
    order and rating.
    """
    lead, payment, minimum, rating = terms
    return SupplierSpec(
        name, tax_id, contact_name, *reach, category, lead, payment, Decimal(minimum), rating
    )
