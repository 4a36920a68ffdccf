"""What forecasts and seasons change."""

from decimal import Decimal

from app.bakery.living import events as happened
from app.bakery.living.books import Books


def models_trained(books: Books, event: happened.ModelsTrained) -> bool:
    """Write down new predictions, and when the models were trained."""
    for model in books.rows["forecast_models"].values():
        books.change("forecast_models", model, version=event.version, trained_at=event.at)
    for model_id, day, quantity, lower, upper in event.predictions:
        books.add(
            "forecast_predictions",
            {
                "model_id": model_id,
                "predicted_for": day,
                "quantity": Decimal(quantity),
                "lower_bound": Decimal(lower),
                "upper_bound": Decimal(upper),
            },
        )
    return True


def season_turned(books: Books, event: happened.SeasonTurned) -> bool:
    """Offer the products of a season, or stop offering them."""
    for product_id in event.product_ids:
        product = books.get("products", product_id)
        if product is not None:
            books.change("products", product, is_active=event.is_active)
    return True
