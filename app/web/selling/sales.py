"""What was sold, by day, by hour and by product, as a chart with its figures below."""

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.bakery.clock import today
from app.bakery.sales import service
from app.bakery.sales.models import SalesChannel
from app.bakery.sales.schemas import (
    ChannelQuery,
    DailyQuery,
    DayPage,
    HourPage,
    ProductSalesPage,
    SalesQuery,
)
from app.language.texts import N_, _
from app.web.inside.frame import Answer, Shown, bakery, blueprint, in_bakery
from app.web.inside.lists import (
    Column,
    Filter,
    Listed,
    ListPage,
    choices_of,
    offer_table,
    read_list,
    show_list,
)
from app.web.parts.charts import Chart, bar_chart
from app.web.parts.formats import day, euros, long_day

PERIOD = (Filter("from", "Desde"), Filter("to", "Hasta"))
CHANNEL = Filter("channel", "Canal", choices_of(SalesChannel, "Tienda y pedidos"))
DAYS = ListPage(
    title="Ventas por día",
    path="/demo/ventas",
    things=("día", "días"),
    query=DailyQuery,
    fetch=service.list_days,
    schema=DayPage,
    columns=(
        Column("day", "day", sort="day"),
        Column("tickets", "amount", sort="tickets", wide=True),
        Column("pieces", "amount", wide=True),
        Column("average_ticket", "euros"),
        Column("amount", "euros", sort="amount"),
    ),
    filters=(*PERIOD, CHANNEL),
    search="",
)
HOURS = ListPage(
    title="Ventas por hora",
    path="/demo/ventas/horas",
    things=("hora", "horas"),
    query=SalesQuery,
    fetch=service.list_hours,
    schema=HourPage,
    columns=(
        Column("hour", "hour", sort="hour"),
        Column("tickets", "amount", sort="tickets"),
        Column("pieces", "amount", wide=True),
        Column("amount", "euros", sort="amount"),
    ),
    filters=PERIOD,
    search="",
)
PRODUCTS = ListPage(
    title="Ventas por producto",
    path="/demo/ventas/productos",
    things=("producto", "productos"),
    query=ChannelQuery,
    fetch=service.list_products,
    schema=ProductSalesPage,
    columns=(
        Column("product_name", sort="product_name", link="/demo/productos/{product_id}"),
        Column("category", wide=True),
        Column("quantity", "amount", sort="quantity", heading="Piezas"),
        Column("share", "percent", wide=True),
        Column("amount", "euros", sort="amount"),
    ),
    filters=(*PERIOD, CHANNEL),
    search="Producto o categoría",
)


@blueprint.get("/ventas")
@in_bakery("sales")
def days(session: Session) -> Answer:
    """Show what was sold on each day."""
    listed = read_list(session, DAYS)
    items = sorted(listed.page.items, key=lambda each: each.day)
    points = [
        (day(each.day), f"{long_day(each.day)}: {euros(each.amount)}", each.amount)
        for each in items
    ]
    here = next((index for index, each in enumerate(items) if each.day == today()), None)
    return _show(listed, bar_chart(points, here), _totals(items))


@blueprint.get("/ventas/horas")
@in_bakery("sales")
def hours(session: Session) -> Answer:
    """Show at what hour it was sold."""
    listed = read_list(session, HOURS)
    items = sorted(listed.page.items, key=lambda each: each.hour)
    points = [_hour(each) for each in items]
    return _show(listed, bar_chart(points), _totals(items))


@blueprint.get("/ventas/productos")
@in_bakery("sales")
def sold_products(session: Session) -> Answer:
    """Show what was sold most."""
    return show_list(session, PRODUCTS, extra_filters=filters_of_places())


offer_table("sales", DAYS)


offer_table("sales", HOURS)


offer_table("sales", PRODUCTS)


def filters_of_places() -> list[Filter]:
    """Return the filter by shop, where there is more than one."""
    places = tuple((str(place.id), place.name) for place in bakery().locations)
    if len(places) < 2:
        return []
    return [Filter("location_id", N_("Tienda"), (("", N_("Todas")), *places))]


def _hour(each: Any) -> tuple[str, str, Decimal]:
    """Return an hour as a bar of the chart: what is below it, what it says, and how high it is."""
    parts = {"from": each.hour, "to": each.hour + 1, "amount": euros(each.amount)}
    return f"{each.hour} h", _("de %(from)s a %(to)s: %(amount)s", **parts), each.amount


def _totals(items: list[Any]) -> dict[str, Any]:
    amount = sum((each.amount for each in items), Decimal(0))
    tickets = sum(each.tickets for each in items)
    return {"amount": amount, "tickets": tickets, "average": amount / max(1, tickets)}


def _show(listed: Listed, chart: Chart, totals: dict[str, Any]) -> Shown:
    context = {
        "title": _(listed.spec.title),
        "listed": listed,
        "chart": chart,
        "totals": totals,
        "extra_filters": filters_of_places(),
    }
    return Shown("selling/sales.html", context, listed.fault.status if listed.fault else 200)
