"""Lots: by expiry, one with where it came from and went to; the stock's value, and waste."""

from sqlalchemy.orm import Session

from app.bakery.inventory import service
from app.bakery.inventory.lots import value
from app.bakery.inventory.lots.schemas import ValuationOut, WastePage, WasteQuery
from app.bakery.inventory.schemas import LotPage, LotQuery
from app.bakery.production.schemas import LotTrace
from app.bakery.production.tracing import trace_lot
from app.language.texts import _
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, offer_table, show_list

LOTS = ListPage(
    title="Lotes",
    path="/demo/inventario/lotes",
    things=("lote", "lotes"),
    query=LotQuery,
    fetch=service.list_lots,
    schema=LotPage,
    columns=(
        Column(
            "ingredient_name",
            sort="ingredient_name",
            link="/demo/inventario/lotes/{id}",
            note="lot_code",
        ),
        Column("location_name", wide=True),
        Column("received_on", "day", sort="received_on", wide=True),
        Column("expires_on", "expiry", sort="expires_on"),
        Column("quantity", "quantity", sort="quantity"),
        Column("value", "euros", sort="value", wide=True),
    ),
    filters=(
        Filter(
            "expiring_within_days",
            "Caducan",
            (("", "Todos"), ("3", "En tres días"), ("7", "En una semana"), ("30", "En un mes")),
        ),
        Filter("expires_before", "Antes del día, y ya caducados"),
    ),
    search="Ingrediente o lote",
)
WASTE = ListPage(
    title="Mermas",
    path="/demo/inventario/mermas",
    things=("merma", "mermas"),
    query=WasteQuery,
    fetch=value.list_waste,
    schema=WastePage,
    columns=(
        Column("item_name", sort="item_name"),
        Column("reason", sort="reason", wide=True),
        Column("movements", "amount", heading="Veces", wide=True),
        Column("quantity", "quantity", sort="quantity"),
        Column("value", "euros", sort="value", heading="A coste"),
    ),
    filters=(Filter("from", "Desde"), Filter("to", "Hasta")),
    empty="No se ha tirado nada en los últimos treinta días.",
    search="Artículo o motivo",
)


@blueprint.get("/inventario/lotes")
@in_bakery("inventory")
def lots(session: Session) -> Answer:
    """List the lots in stock, the first to expire first."""
    return show_list(session, LOTS)


offer_table("inventory", LOTS)


@blueprint.get("/inventario/lotes/<int:lot_id>")
@in_bakery("inventory")
def lot(session: Session, lot_id: int) -> Answer:
    """Show a lot, and the batches that it went into."""
    trace = LotTrace.model_validate(trace_lot(session, lot_id))
    return Shown(
        "stock/lot.html", {"title": _("Lote %(code)s", code=trace.lot.lot_code), "trace": trace}
    )


@blueprint.get("/inventario/valor")
@in_bakery("inventory")
def valuation(session: Session) -> Answer:
    """Show what the lots are worth at cost."""
    found = ValuationOut.model_validate(value.value_stock(session))
    return Shown("stock/valuation.html", {"title": _("Valor del almacén"), "valuation": found})


@blueprint.get("/inventario/mermas")
@in_bakery("inventory")
def waste(session: Session) -> Answer:
    """List what was thrown away, the dearest first."""
    return show_list(session, WASTE, "stock/waste.html")


offer_table("inventory", WASTE)
