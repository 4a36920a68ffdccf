"""The modules of each business model, and those that a visitor sees."""

from collections.abc import Collection

from app.bakery.business.models import BusinessModel

ALWAYS = frozenset({"business", "auth"})
"""No visitor can do without them."""

COMMON = ALWAYS | {"inventory", "pos", "sales", "forecasting"}

MODULES = {
    BusinessModel.INDIVIDUAL_BAKERY: COMMON | {"recipes", "production"},
    BusinessModel.CENTRAL_BAKER: COMMON | {"suppliers", "orders", "procurement"},
}


def shown_modules(model: BusinessModel, features: Collection[str] | None) -> frozenset[str]:
    """The modules of a business model; of those a visitor chose, where they chose any."""
    return MODULES[model] if features is None else MODULES[model] & (ALWAYS | set(features))
