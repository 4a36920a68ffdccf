"""Forecasts: what the models are, how far off they were, and why predictions stay closed here."""

from typing import Any

from sqlalchemy.orm import Session

from app.bakery.forecasting import service
from app.bakery.forecasting.accuracy import measure_weeks
from app.bakery.forecasting.schemas import ModelPage, ModelQuery, WeekOut
from app.language.texts import _
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, ListPage, offer_table, show_list
from app.web.parts.charts import Chart, bar_chart
from app.web.parts.formats import day, percent

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
    """Show the models' records and their error, week by week."""
    weeks = [WeekOut.model_validate(each) for each in measure_weeks(session)]
    shown = show_list(session, LIST, "making/forecasts.html", weeks=weeks, chart=_chart(weeks))
    models: list[Any] = shown.context["listed"].page.items
    return Shown(shown.template, shown.context | {"model": next(iter(models), None)}, shown.status)


offer_table("forecasting", LIST)


def _chart(weeks: list[WeekOut]) -> Chart:
    points = []
    for each in weeks:
        title = _(
            "semana del %(day)s: %(error)s", day=day(each.week), error=percent(each.error_percent)
        )
        points.append((day(each.week), title, each.error_percent))
    return bar_chart(points)
