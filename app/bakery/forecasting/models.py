"""Records of forecasting models. The models themselves are not part of a demo."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import Percent, Quantity, RowId, TenantBase


class ForecastModel(TenantBase):
    """The record of a model that was trained for a product."""

    __tablename__ = "forecast_models"

    id: Mapped[RowId]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), unique=True)
    algorithm: Mapped[str]
    version: Mapped[str]
    trained_at: Mapped[datetime]
    training_days: Mapped[int]
    error_percent: Mapped[Percent]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ForecastPrediction(TenantBase):
    """A model's prediction for a day to come."""

    __tablename__ = "forecast_predictions"

    model_id: Mapped[int] = mapped_column(ForeignKey("forecast_models.id"), primary_key=True)
    predicted_for: Mapped[date] = mapped_column(primary_key=True)
    quantity: Mapped[Quantity]
    lower_bound: Mapped[Quantity]
    upper_bound: Mapped[Quantity]
