"""Forecasting models, trained every night, and what they say of the days to come.

A prediction is what the day's customers are expected to want; it knows nothing of what happened.
"""

from datetime import date, timedelta
from decimal import Decimal

from app.bakery.living.events import ModelsTrained
from seeds.catalogue.kinds import ProductSpec
from seeds.demand import expected_quantities
from seeds.values import HISTORY_WEEKS, Row, Scene, Tables, at

HORIZON_DAYS = 14
TRAINED_AT = 3 * 60 + 15


def regular_products(scene: Scene) -> list[ProductSpec]:
    """The products of all seasons: each has a model."""
    return [product for product in scene.profile.products if product.season is None]


def model_rows(scene: Scene, day: date) -> list[Row]:
    """The models as they were trained on a day."""
    return [
        {
            "id": model_id,
            "product_id": scene.product_ids[product.sku],
            "algorithm": "prophet",
            "version": _version(day),
            "trained_at": at(day, TRAINED_AT),
            "training_days": HISTORY_WEEKS * 7,
            "error_percent": Decimal(f"{_error(product):.2f}"),
            "parameters": {
                "estacionalidad": ["semanal", "anual"],
                "festivos": "España y fiestas locales",
                "variables": ["temperatura", "lluvia", "festivos"],
                "intervalo": 0.8,
            },
        }
        for model_id, product in enumerate(regular_products(scene), start=1)
    ]


def training_event(scene: Scene, day: date) -> ModelsTrained:
    """The night's training: the predictions reach one day further."""
    predictions = tuple(_predictions(scene, day + timedelta(days=HORIZON_DAYS)))
    return ModelsTrained(at(day, TRAINED_AT), _version(day), predictions)


def first_predictions(scene: Scene, day: date) -> Tables:
    """What was predicted by the training of a day, for all days of its horizon."""
    days = (day + timedelta(days=ahead) for ahead in range(1, HORIZON_DAYS + 1))
    rows = [
        {
            "model_id": model_id,
            "predicted_for": predicted_for,
            "quantity": Decimal(count),
            "lower_bound": Decimal(lower),
            "upper_bound": Decimal(upper),
        }
        for each in days
        for model_id, predicted_for, count, lower, upper in _predictions(scene, each)
    ]
    return {"forecast_predictions": rows}


def _predictions(scene: Scene, day: date) -> list[tuple[int, date, int, int, int]]:
    totals: dict[str, float] = {}
    for location in scene.selling:
        for sku, pieces in expected_quantities(scene, location, day).items():
            totals[sku] = totals.get(sku, 0.0) + pieces
    found = []
    for model_id, product in enumerate(regular_products(scene), start=1):
        expected = totals[product.sku]
        margin = expected * _error(product) / 100 * 1.6
        lower, upper = max(0, round(expected - margin)), round(expected + margin)
        found.append((model_id, day, round(expected), lower, upper))
    return found


def _error(product: ProductSpec) -> float:
    """The model's error in per cent: what sells little is harder to foresee."""
    return min(24.0, 6.0 + 90.0 / product.popularity)


def _version(day: date) -> str:
    return f"1.{day.isocalendar().week}.{day.weekday()}"
