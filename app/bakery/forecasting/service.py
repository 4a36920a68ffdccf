"""Records of forecasting models and of their predictions."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.forecasting.models import ForecastModel, ForecastPrediction
from app.bakery.forecasting.schemas import ModelQuery, PredictionQuery
from app.bakery.listing import Listing, folded, paginate
from app.bakery.pos.models import Product

MODELS = Listing(
    sorts={
        "product_name": folded(Product.name),
        "trained_at": ForecastModel.trained_at,
        "error_percent": ForecastModel.error_percent,
    },
    default="product_name",
    tie_breakers=(ForecastModel.id,),
    search=(Product.name, ForecastModel.algorithm),
)
PREDICTIONS = Listing(
    sorts={
        "predicted_for": ForecastPrediction.predicted_for,
        "product_name": folded(Product.name),
        "quantity": ForecastPrediction.quantity,
    },
    default="predicted_for",
    tie_breakers=(ForecastPrediction.model_id, ForecastPrediction.predicted_for),
    search=(Product.name,),
)


def list_models(session: Session, query: ModelQuery) -> dict[str, Any]:
    """A page of models."""
    statement = select(*ForecastModel.__table__.columns, Product.name.label("product_name")).join(
        Product, Product.id == ForecastModel.product_id
    )
    if query.product_id is not None:
        statement = statement.where(ForecastModel.product_id == query.product_id)
    return paginate(session, statement, MODELS, query)


def list_predictions(session: Session, query: PredictionQuery) -> dict[str, Any]:
    """A page of predictions, the nearest day first."""
    statement = (
        select(
            *ForecastPrediction.__table__.columns,
            ForecastModel.product_id,
            Product.name.label("product_name"),
        )
        .join(ForecastModel, ForecastModel.id == ForecastPrediction.model_id)
        .join(Product, Product.id == ForecastModel.product_id)
    )
    if query.product_id is not None:
        statement = statement.where(ForecastModel.product_id == query.product_id)
    if query.from_ is not None:
        statement = statement.where(ForecastPrediction.predicted_for >= query.from_)
    if query.to is not None:
        statement = statement.where(ForecastPrediction.predicted_for <= query.to)
    return paginate(session, statement, PREDICTIONS, query)
