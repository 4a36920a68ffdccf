"""The modules of each business model."""

from app.bakery.business.models import BusinessModel

COMMON = frozenset({"business", "inventory", "pos", "sales", "forecasting", "auth"})

MODULES = {
    BusinessModel.INDIVIDUAL_BAKERY: COMMON | {"recipes", "production"},
    BusinessModel.CENTRAL_BAKER: COMMON | {"suppliers", "orders", "procurement"},
}
