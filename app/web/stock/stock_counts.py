"""Counts of the stock: the list, one with what it found, and what a count of today would find."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from app.bakery.inventory import service
from app.bakery.inventory.lots import counts
from app.bakery.inventory.lots.schemas import CountDetail, CountIn, CountPage, CountQuery
from app.bakery.inventory.models import IngredientCategory
from app.bakery.inventory.schemas import IngredientPage, IngredientQuery
from app.bakery.labels import LABELS
from app.language.texts import _
from app.web.inside.forms import Fault, decimal_of, whole_of
from app.web.inside.frame import Answer, Shown, bakery, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, offer_table, show_list
from app.web.inside.trying import try_out

FIELD = "c-"
MOST = 100
LIST = ListPage(
    title="Recuentos",
    path="/demo/inventario/recuentos",
    things=("recuento", "recuentos"),
    query=CountQuery,
    fetch=counts.list_counts,
    schema=CountPage,
    columns=(
        Column("counted_at", "moment", sort="counted_at", link="/demo/inventario/recuentos/{id}"),
        Column("location_name", sort="location_name", wide=True),
        Column("lines_counted", "amount", wide=True),
        Column("differences", "amount"),
        Column("difference_value", "euros", heading="A coste"),
    ),
    filters=(Filter("from", "Desde"), Filter("to", "Hasta")),
    empty="Todavía no se ha contado el almacén.",
    search="Notas o ubicación",
)


@blueprint.get("/inventario/recuentos")
@in_bakery("inventory")
def stock_counts(session: Session) -> Answer:
    """List counts, the newest first."""
    return show_list(session, LIST, "stock/counts.html")


offer_table("inventory", LIST)


@blueprint.get("/inventario/recuentos/<uuid:count_id>")
@in_bakery("inventory")
def stock_count(session: Session, count_id: UUID) -> Answer:
    """Show a count: what there should have been, and what there was."""
    found = CountDetail.model_validate(counts.fetch_count(session, count_id))
    return Shown("stock/count.html", {"title": _("Recuento"), "count": found})


@blueprint.get("/inventario/recuentos/nuevo")
@in_bakery("inventory")
def new_stock_count(session: Session) -> Answer:
    """Show the sheet of a count, and what it would find."""
    asked = request.args
    category = asked.get("categoria", IngredientCategory.FLOUR.value)
    known = category if category in LABELS[IngredientCategory] else None
    query = IngredientQuery.model_validate({"category": known, "per_page": MOST})
    listed = IngredientPage.model_validate(service.list_ingredients(session, query)).items
    counted = {name: value for name, value in asked.items() if name.startswith(FIELD) and value}
    found = try_out(session, lambda: _count(session, counted)) if counted else None
    fault = found if isinstance(found, Fault) else None
    context: dict[str, Any] = {
        "title": _("Contar el almacén"),
        "places": bakery().locations,
        "chosen": whole_of(asked.get("ubicacion")),
        "categories": LABELS[IngredientCategory],
        "category": known,
        "ingredients": listed,
        "given": asked,
        "fault": fault,
        "found": CountDetail.model_validate(found) if found and fault is None else None,
    }
    return Shown("stock/new_count.html", context, fault.status if fault else 200)


def _count(session: Session, counted: dict[str, str]) -> dict[str, Any]:
    lines = [
        {"ingredient_id": whole_of(name.removeprefix(FIELD)), "quantity": decimal_of(value)}
        for name, value in counted.items()
    ]
    place = whole_of(request.args.get("ubicacion"))
    asked = CountIn.model_validate({"location_id": place, "lines": lines})
    return counts.count_stock(session, asked)
