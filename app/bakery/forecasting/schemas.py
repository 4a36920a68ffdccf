"""Queries and answers of the forecasting API."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.bakery.listing import ListQuery
from app.bakery.schemas import Amount, BodyKey, Moment, Page, Percentage, Period, RowKey
from app.validation import Request


class ModelQuery(ListQuery):
    """Filters of the list of models."""

    product_id: RowKey | None = None


class PredictionQuery(ModelQuery, Period):
    """Filters of the list of predictions; the period is that of the days predicted."""


class TrainingIn(Request):
    """A training of all products, or of some."""

    product_ids: Annotated[list[BodyKey], Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Por defecto, todos los que se venden."
    )


class TrainingOut(BaseModel):
    """What came of a training."""

    trained_at: Moment
    models: int
    skipped: list[str] = Field(description="Productos con pocas ventas para prever.")
    error_percent: Percentage | None = Field(
        description="WAPE de las últimas cuatro semanas, cada día previsto el día antes."
    )
    naive_error_percent: Percentage | None = Field(
        description="El de repetir el mismo día de la semana anterior."
    )


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


class WeekOut(BaseModel):
    """How far off the models were in a week, in per cent of what was sold."""

    week: date = Field(description="El lunes de la semana.")
    days: int = Field(description="Días abiertos que se comparan.")
    sold: Amount
    error_percent: Percentage
    naive_error_percent: Percentage = Field(
        description="El de repetir el mismo día de la semana anterior."
    )
    bias_percent: Percentage = Field(description="Positivo si se previó de más.")


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
