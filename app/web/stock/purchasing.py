"""Purchasing: what runs out with the cheapest way to buy it, and rounds of purchases."""

from flask import Response, request
from sqlalchemy.orm import Session

from app.bakery.listing import ListQuery
from app.bakery.procurement import running, service
from app.bakery.procurement.schemas import (
    RunDetail,
    RunIn,
    RunPage,
    SuggestionPage,
    SuggestionQuery,
)
from app.language.texts import _
from app.web.inside.forms import Fault, submit, text_of, whole_of
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, ListPage, offer_table, show_list
from app.web.parts.notices import with_notice

RUN = "/demo/compras/rondas/{id}"
SUGGESTIONS = ListPage(
    title="Compras",
    path="/demo/compras",
    things=("sugerencia", "sugerencias"),
    query=SuggestionQuery,
    fetch=service.list_suggestions,
    schema=SuggestionPage,
    columns=(
        Column(
            "ingredient_name",
            sort="ingredient_name",
            link="/demo/inventario/{ingredient_id}",
            note="supplier_name",
        ),
        Column("quantity", "quantity", sort="quantity", heading="Hay"),
        Column("on_order", "quantity", wide=True),
        Column("needed", "quantity", wide=True),
        Column("packs", "amount", wide=True),
        Column("cost", "euros", sort="cost"),
    ),
    empty="No hace falta comprar nada: hay suficiente de todo.",
    search="Ingrediente o proveedor",
    defaults={"per_page": "100"},
)
RUNS = ListPage(
    title="Rondas de compras",
    path="/demo/compras/rondas",
    things=("ronda", "rondas"),
    query=ListQuery,
    fetch=service.list_runs,
    schema=RunPage,
    columns=(
        Column("created_at", "moment", sort="created_at", link=RUN, heading="Ronda"),
        Column("notes", wide=True),
        Column("orders", "amount", heading="Pedidos"),
        Column("total", "euros"),
    ),
    search="Notas",
)


@blueprint.get("/compras")
@in_bakery("procurement")
def suggestions(session: Session) -> Answer:
    """List what runs out, with the form that orders it."""
    return _show(session)


offer_table("procurement", SUGGESTIONS)


@blueprint.post("/compras")
@in_bakery("procurement")
def run(session: Session) -> Answer:
    """Order what was chosen, one order a supplier."""

    def work() -> str:
        chosen = [whole_of(value) for value in request.form.getlist("ingrediente")]
        asked = RunIn.model_validate({"ingredient_ids": chosen, "notes": text_of("notas")})
        made = running.run(session, asked)
        return with_notice(RUN.format(id=made["id"]), "ronda" if made["orders"] else "ronda-vacia")

    answer = submit(session, work)
    return answer if isinstance(answer, Response) else _show(session, answer)


@blueprint.get("/compras/rondas")
@in_bakery("procurement")
def runs(session: Session) -> Answer:
    """List rounds, the newest first."""
    return show_list(session, RUNS)


offer_table("procurement", RUNS)


@blueprint.get("/compras/rondas/<int:run_id>")
@in_bakery("procurement")
def show_run(session: Session, run_id: int) -> Answer:
    """Show a round and its purchase orders."""
    found = RunDetail.model_validate(service.fetch_run(session, run_id))
    return Shown("stock/run.html", {"title": _("Ronda de compras"), "run": found})


def _show(session: Session, fault: Fault | None = None) -> Shown:
    shown = show_list(session, SUGGESTIONS, "stock/suggestions.html", form_fault=fault)
    return Shown(shown.template, shown.context, fault.status if fault else shown.status)
