"""Queries and answers of the forecasting API."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from app.bakery.listing import ListQuery
from app.bakery.schemas import Amount, Moment, Page, Percentage, Period, RowKey


class ModelQuery(ListQuery):
    """Filters of the list of models."""

    product_id: RowKey | None = None


class PredictionQuery(ModelQuery, Period):
    """Filters of the list of predictions; the period is that of the days predicted."""


class ModelOut(BaseModel):
    """The record of a forecasting model."""

    id: int
    product_id: int
    product_name: str
    algorithm: str
    version: str
    trained_at: Moment
    training_days: int
    error_percent: Percentage
    parameters: dict[str, Any]


class PredictionOut(BaseModel):
    """A model's prediction for a day."""

    model_id: int
    product_id: int
    product_name: str
    predicted_for: date
    quantity: Amount
    lower_bound: Amount
    upper_bound: Amount


class ModelPage(Page):
    """A page of models."""

    items: list[ModelOut]


class PredictionPage(Page):
    """A page of predictions."""

    items: list[PredictionOut]
