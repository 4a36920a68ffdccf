"""The ingredients that Spanish bakeries buy, at wholesale prices without VAT."""

from collections.abc import Iterable
from decimal import Decimal

from app.bakery.inventory.models import IngredientCategory, Unit
from app.bakery.recipes.allergens import EGG, GLUTEN, MILK, NUTS, SESAME, SOY, SULPHITES
from seeds.catalogue.kinds import IngredientSpec

KG, LITRE, PIECE = Unit.KILOGRAM, Unit.LITRE, Unit.PIECE

# SKU: name, unit, euros a unit, days that it keeps, units in a pack, allergens.
_Line = tuple[str, Unit, str, int, str, tuple[str, ...]]

FLOURS: dict[str, _Line] = {
    "HAR-001": ("Harina de trigo panificable W180", KG, "0.92", 180, "25", (GLUTEN,)),
    "HAR-002": ("Harina de fuerza W300", KG, "1.15", 180, "25", (GLUTEN,)),
    "HAR-003": ("Harina integral de trigo", KG, "1.20", 120, "25", (GLUTEN,)),
    "HAR-004": ("Harina integral de centeno", KG, "1.20", 120, "25", (GLUTEN,)),
    "HAR-005": ("Harina de espelta ecológica", KG, "2.30", 120, "25", (GLUTEN,)),
    "HAR-006": ("Harina candeal", KG, "1.05", 180, "25", (GLUTEN,)),
    "HAR-007": ("Harina ecológica T80 molida a piedra", KG, "1.60", 120, "25", (GLUTEN,)),
}
YEASTS: dict[str, _Line] = {
    "LEV-001": ("Levadura fresca prensada", KG, "3.20", 30, "1", ()),
    "LEV-002": ("Impulsor químico", KG, "4.20", 365, "0.5", ()),
}
SALTS: dict[str, _Line] = {"SAL-001": ("Sal marina fina", KG, "0.42", 730, "25", ())}
SUGARS: dict[str, _Line] = {
    "AZU-001": ("Azúcar blanco", KG, "1.15", 730, "25", ()),
    "AZU-002": ("Azúcar glas", KG, "1.80", 365, "5", ()),
    "AZU-003": ("Miel de romero", KG, "8.40", 540, "2", ()),
}
DAIRY: dict[str, _Line] = {
    "LAC-001": ("Mantequilla 82 % M.G.", KG, "10.90", 90, "5", (MILK,)),
    "LAC-002": ("Leche entera fresca", LITRE, "1.22", 10, "6", (MILK,)),
    "LAC-003": ("Nata para montar 35 % M.G.", LITRE, "5.40", 21, "1", (MILK,)),
}
EGGS: dict[str, _Line] = {"HUE-001": ("Huevos frescos clase M", PIECE, "0.30", 28, "30", (EGG,))}
FATS: dict[str, _Line] = {
    "GRA-001": ("Manteca de cerdo ibérico", KG, "4.60", 120, "2", ()),
    "GRA-002": ("Aceite de oliva virgen extra", LITRE, "7.40", 365, "5", ()),
    "GRA-003": ("Aceite de girasol alto oleico", LITRE, "2.20", 365, "5", ()),
}
FILLINGS: dict[str, _Line] = {
    "REL-001": ("Cobertura de chocolate negro 55 %", KG, "14.60", 365, "5", (SOY, MILK)),
    "REL-002": ("Cabello de ángel", KG, "4.90", 270, "3", ()),
    "REL-003": ("Crema pastelera en frío", KG, "5.40", 270, "5", (EGG, MILK)),
}
NUT_GOODS: dict[str, _Line] = {
    "FRS-001": ("Almendra marcona laminada", KG, "13.80", 180, "1", (NUTS,)),
    "FRS-002": ("Almendra molida", KG, "12.40", 180, "5", (NUTS,)),
    "FRS-003": ("Piñón nacional", KG, "46.00", 180, "1", (NUTS,)),
}
FRUITS: dict[str, _Line] = {
    "FRU-001": ("Fruta escarchada en dados", KG, "8.20", 365, "2.5", (SULPHITES,)),
    "FRU-002": ("Limones", KG, "1.70", 21, "5", ()),
}
SPICES: dict[str, _Line] = {
    "ESP-001": ("Canela de Ceilán molida", KG, "17.50", 540, "0.25", ()),
    "ESP-002": ("Agua de azahar", LITRE, "9.80", 540, "1", ()),
}
SEEDS: dict[str, _Line] = {
    "SEM-001": ("Semillas de sésamo", KG, "4.60", 365, "2.5", (SESAME,)),
    "SEM-002": ("Mezcla de semillas (lino, girasol y calabaza)", KG, "5.30", 270, "5", ()),
}
PACKAGING: dict[str, _Line] = {
    "ENV-001": ("Bolsas de papel kraft", PIECE, "0.052", 1825, "500", ()),
    "ENV-002": ("Cajas de cartón para reparto", PIECE, "0.62", 1825, "50", ()),
    "ENV-003": ("Cajas de pastelería", PIECE, "0.36", 1825, "100", ()),
    "ENV-004": ("Bolsas de celofán con cierre", PIECE, "0.09", 1825, "100", ()),
    "ENV-005": ("Papel antigrasa (hojas)", PIECE, "0.021", 1825, "1000", ()),
}

SHELVES = {
    IngredientCategory.FLOUR: FLOURS,
    IngredientCategory.YEAST: YEASTS,
    IngredientCategory.SALT: SALTS,
    IngredientCategory.SUGAR: SUGARS,
    IngredientCategory.DAIRY: DAIRY,
    IngredientCategory.EGG: EGGS,
    IngredientCategory.FAT: FATS,
    IngredientCategory.FILLING: FILLINGS,
    IngredientCategory.NUT: NUT_GOODS,
    IngredientCategory.FRUIT: FRUITS,
    IngredientCategory.SPICE: SPICES,
    IngredientCategory.SEED: SEEDS,
    IngredientCategory.PACKAGING: PACKAGING,
}

INGREDIENTS = {
    sku: IngredientSpec(sku, name, category, unit, Decimal(cost), days, Decimal(pack), allergens)
    for category, shelf in SHELVES.items()
    for sku, (name, unit, cost, days, pack, allergens) in shelf.items()
}


def pick_ingredients(skus: Iterable[str]) -> tuple[IngredientSpec, ...]:
    """The ingredients with these SKUs, in the order given.

    Raises:
        KeyError: an SKU is not in the catalogue.
    """
    return tuple(INGREDIENTS[sku] for sku in skus)
