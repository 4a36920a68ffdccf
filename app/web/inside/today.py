"""«Hoy»: how the day goes, what needs care, and what is worth doing now."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.bakery.clock import now, today
from app.bakery.inventory import service as inventory
from app.bakery.inventory.schemas import (
    IngredientPage,
    IngredientQuery,
    LotPage,
    LotQuery,
    SummaryOut,
)
from app.bakery.orders import service as orders
from app.bakery.orders.models import OrderStatus
from app.bakery.orders.schemas import OrderPage, OrderQuery
from app.bakery.pos.schemas import TillOut
from app.bakery.pos.till import fetch_tills
from app.bakery.production import service as production
from app.bakery.production.models import BatchStatus
from app.bakery.production.schemas import PlanOut
from app.bakery.sales.comparing import fetch_shop_days
from app.language.texts import _, ngettext
from app.web.inside.frame import Answer, Shown, bakery, blueprint, in_bakery
from app.web.parts.formats import same_day_last_week, weekday
from app.web.selling.till import shops

FEW = 5
SOON_DAYS = 3
CLOSED = (OrderStatus.DELIVERED, OrderStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Task:
    """Something worth doing, as a link."""

    text: str
    path: str


@blueprint.get("/", strict_slashes=False)
@in_bakery("business")
def overview(session: Session) -> Answer:
    """Show the day."""
    modules = set(bakery().modules)
    has_stock = "inventory" in modules
    context: dict[str, Any] = {
        "title": _("Hoy"),
        "moment": now(),
        "selling": _selling(session) if "sales" in modules else None,
        "tills": _tills(session) if "pos" in modules else [],
        "stock": SummaryOut.model_validate(inventory.summarise(session)) if has_stock else None,
        "low": _low(session) if has_stock else None,
        "expiring": _expiring(session) if has_stock else None,
        "oven": _oven(session) if "production" in modules else None,
        "due": _due(session) if "orders" in modules else None,
        "few": FEW,
    }
    return Shown("inside/today.html", context | {"tasks": _tasks(context, modules)})


def _tills(session: Session) -> list[TillOut]:
    tills = fetch_tills(session, [place.id for place in shops()])
    return [TillOut.model_validate(each) for each in tills]


def _selling(session: Session) -> dict[str, Any]:
    """Return the shops' sales in the full hours of today, and of this weekday a week ago."""
    day, hour = today(), now().hour
    before = same_day_last_week(day)
    sold = fetch_shop_days(session, [day, before], hour)
    return {"hour": hour, "weekday": weekday(day), "today": sold[day], "before": sold[before]}


def _low(session: Session) -> Any:
    query = IngredientQuery(below_reorder=True, sort="quantity", per_page=FEW)
    return IngredientPage.model_validate(inventory.list_ingredients(session, query))


def _expiring(session: Session) -> Any:
    query = LotQuery(expiring_within_days=SOON_DAYS, per_page=FEW)
    return LotPage.model_validate(inventory.list_lots(session, query))


def _oven(session: Session) -> dict[str, Any]:
    plan = PlanOut.model_validate(production.fetch_plan(session, None))
    batches = [batch for recipe in plan.recipes for batch in recipe.batches]
    return {
        "plan": plan,
        "baking": [each for each in batches if each.status is BatchStatus.IN_PROGRESS],
        "planned": [each for each in batches if each.status is BatchStatus.PLANNED],
        "done": [each for each in batches if each.status is BatchStatus.COMPLETED],
    }


def _due(session: Session) -> dict[str, Any]:
    for_today = OrderQuery.model_validate({"from": today(), "to": today(), "per_page": 100})
    late = OrderQuery(overdue=True, sort="due_on", per_page=FEW)
    due = OrderPage.model_validate(orders.list_orders(session, for_today)).items
    return {
        "open": [each for each in due if each.status not in CLOSED],
        "done": sum(each.status is OrderStatus.DELIVERED for each in due),
        "late": OrderPage.model_validate(orders.list_orders(session, late)),
    }


def _tasks(context: dict[str, Any], modules: set[str]) -> list[Task]:
    """Return the two or three things that are worth doing now."""
    found = []
    due, stock, expiring = context["due"], context["stock"], context["expiring"]
    if due and due["late"].total:
        text = ngettext(
            "Poner al día %(num)s pedido atrasado",
            "Poner al día %(num)s pedidos atrasados",
            due["late"].total,
        )
        found.append(Task(text, "/demo/pedidos?overdue=true"))
    if due and due["open"]:
        text = ngettext(
            "Entregar hoy %(num)s pedido", "Entregar hoy %(num)s pedidos", len(due["open"])
        )
        day = today().isoformat()
        found.append(Task(text, f"/demo/pedidos?from={day}&to={day}"))
    if stock and (missing := stock.low + stock.out):
        text = ngettext(
            "Comprar: %(num)s ingrediente se acaba",
            "Comprar: %(num)s ingredientes se acaban",
            missing,
        )
        found.append(Task(text, "/demo/inventario?below_reorder=true"))
    if expiring and expiring.total:
        text = ngettext(
            "Aprovechar: %(num)s lote caduca pronto",
            "Aprovechar: %(num)s lotes caducan pronto",
            expiring.total,
        )
        found.append(Task(text, f"/demo/inventario/lotes?expiring_within_days={SOON_DAYS}"))
    if "pos" in modules:
        found.append(Task(_("Cobrar tu próxima venta"), "/demo/caja"))
    return found[:3]
