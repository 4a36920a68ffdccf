"""The fourteen allergens of EU law (Regulation 1169/2011, annex II) in its Spanish words."""

from collections.abc import Iterable

GLUTEN, EGG, SOY, MILK = "gluten", "huevos", "soja", "leche"
NUTS, SESAME, SULPHITES = "frutos de cáscara", "granos de sésamo", "dióxido de azufre y sulfitos"
ALLERGENS = (
    GLUTEN,
    "crustáceos",
    EGG,
    "pescado",
    "cacahuetes",
    SOY,
    MILK,
    NUTS,
    "apio",
    "mostaza",
    SESAME,
    SULPHITES,
    "altramuces",
    "moluscos",
)
_RANK = {name: place for place, name in enumerate(ALLERGENS)}


def gather(lists: Iterable[Iterable[str]]) -> list[str]:
    """Return the allergens of several things, each once, in the order of the law."""
    found = {name for names in lists for name in names}
    return sorted(found, key=lambda name: (_RANK.get(name, len(_RANK)), name))
