"""The ingredients that Spanish bakeries buy, at wholesale prices without VAT."""

from collections.abc import Iterable
from decimal import Decimal

from app.bakery.inventory.models import IngredientCategory as Category
from app.bakery.inventory.models import Unit
from seeds.catalogue.kinds import IngredientSpec

KG, LITRE, PIECE = Unit.KILOGRAM, Unit.LITRE, Unit.PIECE
GLUTEN, MILK, EGG = ("gluten",), ("leche",), ("huevo",)


def _item(
    sku: str,
    name: str,
    category: Category,
    unit: Unit,
    cost: str,
    days: int,
    pack: str,
    allergens: tuple[str, ...] = (),
) -> IngredientSpec:
    return IngredientSpec(sku, name, category, unit, Decimal(cost), days, Decimal(pack), allergens)


INGREDIENTS = (
    _item(
        "HAR-001", "Harina de trigo panificable W180", Category.FLOUR, KG, "0.62", 180, "25", GLUTEN
    ),
    _item("HAR-002", "Harina de fuerza W300", Category.FLOUR, KG, "0.84", 180, "25", GLUTEN),
    _item("HAR-003", "Harina integral de trigo", Category.FLOUR, KG, "0.92", 120, "25", GLUTEN),
    _item("HAR-004", "Harina integral de centeno", Category.FLOUR, KG, "1.15", 120, "25", GLUTEN),
    _item("HAR-005", "Harina de espelta ecológica", Category.FLOUR, KG, "1.95", 120, "25", GLUTEN),
    _item("HAR-006", "Harina candeal", Category.FLOUR, KG, "0.78", 180, "25", GLUTEN),
    _item("LEV-001", "Levadura fresca prensada", Category.YEAST, KG, "2.90", 30, "1"),
    _item("LEV-002", "Impulsor químico", Category.YEAST, KG, "3.80", 365, "1"),
    _item("SAL-001", "Sal marina fina", Category.SALT, KG, "0.38", 730, "25"),
    _item("AZU-001", "Azúcar blanco", Category.SUGAR, KG, "1.05", 730, "25"),
    _item("AZU-002", "Azúcar glas", Category.SUGAR, KG, "1.65", 365, "5"),
    _item("AZU-003", "Miel de romero", Category.SUGAR, KG, "7.20", 540, "5"),
    _item("LAC-001", "Mantequilla 82 % M.G.", Category.DAIRY, KG, "8.90", 90, "5", MILK),
    _item("LAC-002", "Leche entera fresca", Category.DAIRY, LITRE, "0.98", 10, "6", MILK),
    _item("LAC-003", "Nata para montar 35 % M.G.", Category.DAIRY, LITRE, "4.10", 21, "1", MILK),
    _item("HUE-001", "Huevos frescos clase M", Category.EGG, PIECE, "0.21", 28, "30", EGG),
    _item("GRA-001", "Manteca de cerdo ibérico", Category.FAT, KG, "3.60", 120, "2"),
    _item("GRA-002", "Aceite de oliva virgen extra", Category.FAT, LITRE, "6.90", 365, "5"),
    _item("GRA-003", "Aceite de girasol alto oleico", Category.FAT, LITRE, "1.95", 365, "10"),
    _item(
        "REL-001", "Cobertura de chocolate negro 55 %", Category.FILLING, KG, "9.80", 365, "5", MILK
    ),
    _item("REL-002", "Cabello de ángel", Category.FILLING, KG, "3.60", 270, "3"),
    _item(
        "REL-003",
        "Crema pastelera en frío",
        Category.FILLING,
        KG,
        "4.25",
        270,
        "5",
        ("leche", "huevo"),
    ),
    _item(
        "FRS-001",
        "Almendra marcona laminada",
        Category.NUT,
        KG,
        "11.50",
        180,
        "1",
        ("frutos de cáscara",),
    ),
    _item(
        "FRU-001", "Fruta escarchada en dados", Category.FRUIT, KG, "6.90", 365, "5", ("sulfitos",)
    ),
    _item("SEM-001", "Semillas de sésamo", Category.SEED, KG, "3.90", 365, "5", ("sésamo",)),
    _item(
        "SEM-002",
        "Mezcla de semillas (lino, girasol y calabaza)",
        Category.SEED,
        KG,
        "4.20",
        270,
        "5",
    ),
    _item("ESP-001", "Canela de Ceilán molida", Category.SPICE, KG, "14.50", 540, "0.5"),
    _item("ENV-001", "Bolsas de papel kraft", Category.PACKAGING, PIECE, "0.045", 1825, "500"),
    _item("ENV-002", "Cajas de cartón para reparto", Category.PACKAGING, PIECE, "0.38", 1825, "50"),
)


def pick_ingredients(skus: Iterable[str]) -> tuple[IngredientSpec, ...]:
    """The ingredients with these SKUs, in the order given.

    Raises:
        KeyError: an SKU is not in the catalogue.
    """
    by_sku = {item.sku: item for item in INGREDIENTS}
    return tuple(by_sku[sku] for sku in skus)
