"""Forecasts over HTTP. The demo's policy refuses them to every session."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.domain import domain_blueprint
from app.bakery.forecasting import service, training
from app.bakery.forecasting.schemas import (
    ModelPage,
    ModelQuery,
    PredictionPage,
    PredictionQuery,
    TrainingIn,
    TrainingOut,
)
from app.bakery.scope import in_tenant

blueprint = domain_blueprint("forecasting", "/api/forecasting", "Previsiones")


@blueprint.get("/models")
@blueprint.doc(summary="Listar los modelos de previsión.")
@blueprint.input(ModelQuery, location="query")
@blueprint.output(ModelPage)
@in_tenant("forecasting")
def list_models(session: Session, query_data: ModelQuery) -> dict[str, Any]:
    """List forecasting models."""
    return service.list_models(session, query_data)


@blueprint.get("/predictions")
@blueprint.doc(summary="Listar las previsiones, primero las del día más próximo.")
@blueprint.input(PredictionQuery, location="query")
@blueprint.output(PredictionPage)
@in_tenant("forecasting")
def list_predictions(session: Session, query_data: PredictionQuery) -> dict[str, Any]:
    """List the models' predictions, the nearest day first."""
    return service.list_predictions(session, query_data)


@blueprint.post("/models")
@blueprint.doc(summary="Entrenar la previsión con las ventas de las tiendas.")
@blueprint.input(TrainingIn)
@blueprint.output(TrainingOut, status_code=201)
@in_tenant("forecasting")
def train_models(session: Session, json_data: TrainingIn) -> dict[str, Any]:
    """Train the baseline on the shops' sales."""
    return training.train(session, json_data)
