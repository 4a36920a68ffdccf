"""Forecasts: the records of the models, and why their predictions stay closed in a demo."""

from sqlalchemy.orm import Session

from app.bakery.forecasting import service
from app.bakery.forecasting.schemas import ModelPage, ModelQuery
from app.web.inside.frame import Answer, blueprint, in_bakery
from app.web.inside.lists import Column, ListPage, offer_table, show_list

LIST = ListPage(
    title="Previsiones",
    path="/demo/previsiones",
    things=("modelo", "modelos"),
    query=ModelQuery,
    fetch=service.list_models,
    schema=ModelPage,
    columns=(
        Column("product_name", sort="product_name", link="/demo/productos/{product_id}"),
        Column("algorithm", wide=True, heading="Método"),
        Column("training_days", "amount", heading="Días de ventas", wide=True),
        Column("trained_at", "moment", sort="trained_at", wide=True),
        Column("error_percent", "percent", sort="error_percent", heading="Error medio"),
    ),
    search="Producto o método",
)


@blueprint.get("/previsiones")
@in_bakery("forecasting")
def forecasts(session: Session) -> Answer:
    """Show the models' records."""
    return show_list(session, LIST, "making/forecasts.html")


offer_table("forecasting", LIST)
