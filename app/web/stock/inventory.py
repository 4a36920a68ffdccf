"""Inventory: ingredients, their lots and movements, and adjustments beside what they change."""

from flask import Response, request
from sqlalchemy.orm import Session

from app.bakery.inventory import adjustments, service
from app.bakery.inventory.models import IngredientCategory, MovementKind
from app.bakery.inventory.schemas import (
    AdjustmentIn,
    IngredientDetail,
    IngredientPage,
    IngredientQuery,
    MovementPage,
    MovementQuery,
    SummaryOut,
)
from app.web.inside.forms import Fault, decimal_of, submit, text_of, whole_of
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, choices_of, offer_table, show_list
from app.web.parts.notices import with_notice

INGREDIENT = "/demo/inventario/{ingredient_id}"
INGREDIENTS = ListPage(
    title="Inventario",
    path="/demo/inventario",
    things=("ingrediente", "ingredientes"),
    query=IngredientQuery,
    fetch=service.list_ingredients,
    schema=IngredientPage,
    columns=(
        Column("name", sort="name", link="/demo/inventario/{id}", note="supplier_name"),
        Column("category", "code", sort="category", wide=True),
        Column("quantity", "quantity", sort="quantity", heading="Hay"),
        Column("reorder_point", "quantity", wide=True),
        Column("stock_value", "euros", sort="stock_value", wide=True),
        Column("status", "state"),
    ),
    filters=(
        Filter("category", "Categoría", choices_of(IngredientCategory, "Todas")),
        Filter("below_reorder", "Existencias", (("", "Todas"), ("true", "Por comprar"))),
    ),
    search="Nombre o código",
)
MOVEMENTS = ListPage(
    title="Movimientos",
    path="/demo/inventario/movimientos",
    things=("movimiento", "movimientos"),
    query=MovementQuery,
    fetch=service.list_movements,
    schema=MovementPage,
    columns=(
        Column("item_name", sort="item_name", note="lot_code"),
        Column("occurred_at", "moment", sort="occurred_at"),
        Column("kind", "code", sort="kind"),
        Column("location_name", wide=True),
        Column("reference", wide=True),
        Column("reason", wide=True),
        Column("quantity", "quantity", sort="quantity"),
    ),
    filters=(
        Filter("kind", "Tipo", choices_of(MovementKind)),
        Filter("from", "Desde"),
        Filter("to", "Hasta"),
    ),
    search="Artículo, motivo o referencia",
)


@blueprint.get("/inventario")
@in_bakery("inventory")
def ingredients(session: Session) -> Answer:
    """List ingredients, each with the form that adjusts it."""
    return _show_list(session)


offer_table("inventory", INGREDIENTS)


@blueprint.get("/inventario/<int:ingredient_id>")
@in_bakery("inventory")
def ingredient(session: Session, ingredient_id: int) -> Answer:
    """Show an ingredient, its lots and its last movements."""
    return _show_ingredient(session, ingredient_id)


@blueprint.get("/inventario/movimientos")
@in_bakery("inventory")
def movements(session: Session) -> Answer:
    """List movements, the newest first."""
    return show_list(session, MOVEMENTS)


offer_table("inventory", MOVEMENTS)


@blueprint.post("/inventario/ajustes")
@in_bakery("inventory")
def adjust(session: Session) -> Answer:
    """Adjust the stock of an ingredient, from its row or from its own page."""
    ingredient_id = whole_of(text_of("ingrediente"))
    from_list = text_of("desde") == "lista"

    def work() -> str:
        asked = AdjustmentIn.model_validate(
            {
                "ingredient_id": ingredient_id,
                "quantity": _signed(decimal_of(text_of("cantidad"))),
                "reason": text_of("motivo") or "",
                "lot_id": whole_of(text_of("lote")),
                "kind": text_of("tipo") or MovementKind.ADJUSTMENT.value,
            }
        )
        adjustments.adjust(session, asked)
        if from_list:
            return with_notice(INGREDIENTS.path, "ajuste") + f"#i-{ingredient_id}"
        return with_notice(INGREDIENT.format(ingredient_id=ingredient_id), "ajuste")

    answer = submit(session, work)
    if isinstance(answer, Response):
        return answer
    if isinstance(ingredient_id, int) and not from_list:
        return _show_ingredient(session, ingredient_id, answer)
    return _show_list(session, answer)


def _signed(quantity: str | None) -> str | None:
    """Return what is asked for; waste is written without its minus, too."""
    is_waste = text_of("tipo") == MovementKind.WASTE.value
    if is_waste and quantity and quantity[0].isdigit():
        return f"-{quantity}"
    return quantity


def _show_list(session: Session, fault: Fault | None = None) -> Shown:
    summary = SummaryOut.model_validate(service.summarise(session))
    shown = show_list(
        session,
        INGREDIENTS,
        "stock/ingredients.html",
        summary=summary,
        form_fault=fault,
        given=request.form,
    )
    return Shown(shown.template, shown.context, fault.status if fault else shown.status)


def _show_ingredient(session: Session, ingredient_id: int, fault: Fault | None = None) -> Shown:
    found = IngredientDetail.model_validate(service.fetch_ingredient(session, ingredient_id))
    query = MovementQuery(ingredient_id=ingredient_id, per_page=10)
    context = {
        "title": found.name,
        "ingredient": found,
        "movements": MovementPage.model_validate(service.list_movements(session, query)).items,
        "fault": fault,
        "given": request.values,
    }
    return Shown("stock/ingredient.html", context, fault.status if fault else 200)
