"""Records of forecasting models and what they say of the next two weeks."""

from datetime import timedelta
from decimal import Decimal

from seeds.catalogue.kinds import ProductSpec
from seeds.demand import expected_quantity
from seeds.values import HISTORY_DAYS, Row, Scene, Tables, at

HORIZON_DAYS = 14


def forecast_rows(scene: Scene) -> Tables:
    """A model for each product of all seasons, trained last night, and its predictions."""
    tables: Tables = {"forecast_models": [], "forecast_predictions": []}
    regular = [product for product in scene.profile.products if product.season is None]
    for model_id, product in enumerate(regular, start=1):
        # What sells little is harder to foresee.
        error = min(24.0, 6.0 + 90.0 / product.popularity)
        tables["forecast_models"].append(_model_row(scene, model_id, product, error))
        tables["forecast_predictions"].extend(_prediction_rows(scene, model_id, product, error))
    return tables


def _model_row(scene: Scene, model_id: int, product: ProductSpec, error: float) -> Row:
    return {
        "id": model_id,
        "product_id": scene.product_ids[product.sku],
        "algorithm": "prophet",
        "version": f"1.{scene.today.isocalendar().week}.0",
        "trained_at": at(scene.today, 3 * 60 + 15 + model_id),
        "training_days": HISTORY_DAYS,
        "error_percent": Decimal(f"{error:.2f}"),
        "parameters": {
            "estacionalidad": ["semanal", "anual"],
            "festivos": "España y fiestas locales",
            "variables": ["temperatura", "lluvia", "festivos"],
            "intervalo": 0.8,
        },
    }


def _prediction_rows(scene: Scene, model_id: int, product: ProductSpec, error: float) -> list[Row]:
    rows = []
    for ahead in range(1, HORIZON_DAYS + 1):
        day = scene.today + timedelta(days=ahead)
        expected = sum(
            expected_quantity(scene, location, product, day) for location in scene.selling
        )
        margin = expected * error / 100 * (1 + ahead / HORIZON_DAYS)
        rows.append(
            {
                "model_id": model_id,
                "predicted_for": day,
                "quantity": Decimal(round(expected)),
                "lower_bound": Decimal(max(0, round(expected - margin))),
                "upper_bound": Decimal(round(expected + margin)),
            }
        )
    return rows
