"""Sales against the same weekday of last week and last year, by day, and by shop and channel."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.bakery.sales import comparing
from app.bakery.sales.schemas import (
    ChannelQuery,
    ComparisonPage,
    DailyQuery,
    LocationSalesPage,
)
from app.web.inside.frame import Answer, blueprint, in_bakery
from app.web.inside.lists import Column, ListPage, offer_table, show_list
from app.web.selling.sales import CHANNEL, PERIOD, filters_of_places

AGAINST = (
    Column("last_week_change", "change", heading="Semana pasada", note="last_week_amount"),
    Column("last_year_change", "change", heading="Año pasado", note="last_year_amount"),
)
DAYS = ListPage(
    title="Ventas comparadas",
    path="/demo/ventas/comparacion",
    things=("día", "días"),
    query=DailyQuery,
    fetch=comparing.list_comparison,
    schema=ComparisonPage,
    columns=(
        Column("day", "day", sort="day"),
        Column("tickets", "amount", sort="tickets", wide=True),
        Column("amount", "euros", sort="amount"),
        *AGAINST,
    ),
    filters=(*PERIOD, CHANNEL),
    search="",
    defaults={"sort": "-day"},
)
SHOPS = ListPage(
    title="Ventas por tienda y canal",
    path="/demo/ventas/tiendas",
    things=("línea", "líneas"),
    query=ChannelQuery,
    fetch=comparing.list_locations,
    schema=LocationSalesPage,
    columns=(
        Column("location_name", sort="location_name"),
        Column("channel", "code", sort="channel"),
        Column("tickets", "amount", sort="tickets", wide=True),
        Column("share", "percent", wide=True),
        Column("amount", "euros", sort="amount"),
        AGAINST[0],
        replace(AGAINST[1], wide=True),
    ),
    filters=(*PERIOD, CHANNEL),
    search="",
)


@blueprint.get("/ventas/comparacion")
@in_bakery("sales")
def compared_days(session: Session) -> Answer:
    """Set each day against the same weekday of last week and last year."""
    return show_list(session, DAYS, "selling/comparison.html", extra_filters=filters_of_places())


offer_table("sales", DAYS)


@blueprint.get("/ventas/tiendas")
@in_bakery("sales")
def sold_in_shops(session: Session) -> Answer:
    """Show what each shop sold by each channel."""
    return show_list(session, SHOPS, "selling/comparison.html")


offer_table("sales", SHOPS)
