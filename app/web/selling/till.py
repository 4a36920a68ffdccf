"""The till: products under a thumb, the ticket in sight, and the shop that sells."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from app.bakery.business.models import LocationKind
from app.bakery.business.schemas import LocationOut
from app.bakery.pos import selling, service
from app.bakery.pos import till as tills
from app.bakery.pos.models import PaymentMethod
from app.bakery.pos.schemas import (
    MOST_ON_A_TICKET,
    ProductOut,
    ProductPage,
    ProductQuery,
    SaleDetail,
    SaleIn,
    TillOut,
)
from app.language.texts import _
from app.web.inside.forms import Fault, decimal_of, quantities_of, submit, text_of, whole_of
from app.web.inside.frame import Answer, Shown, bakery, blueprint, in_bakery
from app.web.parts.notices import with_notice

FIELD = "u-"
"""The field of a product's quantity begins so, and its id follows."""
EVERY_PRODUCT = 100


@blueprint.get("/caja")
@in_bakery("pos")
def till(session: Session) -> Answer:
    """Show the till of a shop."""
    return _show(session, whole_of(request.args.get("tienda")))


@blueprint.post("/caja")
@in_bakery("pos")
def sell(session: Session) -> Answer:
    """Ring up the ticket that the till's form has."""
    shop = whole_of(text_of("tienda"))

    def work() -> str:
        is_cash = text_of("pago") == PaymentMethod.CASH.value
        asked = SaleIn.model_validate(
            {
                "lines": quantities_of(FIELD, request.form),
                "payment_method": text_of("pago"),
                "location_id": shop,
                "cash_received": decimal_of(text_of("recibido")) if is_cash else None,
            }
        )
        sale = selling.sell(session, asked)
        address = f"/demo/caja?tienda={sale['location_id']}&ticket={sale['id']}"
        return with_notice(address, "venta")

    answer = submit(session, work)
    return answer if isinstance(answer, Response) else _show(session, shop, answer)


def shops() -> list[LocationOut]:
    """Return the places that sell: the bakery, or the shops and the workshop's counter."""
    selling_kinds = (LocationKind.BAKERY, LocationKind.SHOP)
    found = [place for place in bakery().locations if place.kind in selling_kinds]
    return found or list(bakery().locations)


def _show(session: Session, shop: Any, fault: Fault | None = None) -> Shown:
    places = shops()
    chosen = next((place for place in places if place.id == shop), places[0])
    query = ProductQuery(
        location_id=chosen.id, active=True, sort="category", per_page=EVERY_PRODUCT
    )
    products = ProductPage.model_validate(service.list_products(session, query)).items
    context = {
        "title": _("Caja"),
        "shops": places,
        "chosen": chosen,
        "groups": _by_category(products),
        "till": TillOut.model_validate(tills.fetch_till(session, chosen.id)),
        "sold": _sold(session),
        "fault": fault,
        "given": {name: value for name, value in request.form.items() if name.startswith(FIELD)},
        "received": request.form.get("recibido", ""),
        "payment_methods": list(PaymentMethod),
        "paid_by": {
            PaymentMethod.CASH: _("en efectivo"),
            PaymentMethod.CARD: _("con tarjeta"),
            PaymentMethod.BIZUM: _("por Bizum"),
        },
        "opening_cash": tills.FLOAT,
        "most": MOST_ON_A_TICKET,
    }
    return Shown("selling/till.html", context, fault.status if fault else 200)


def _by_category(products: Sequence[ProductOut]) -> list[tuple[str, list[ProductOut]]]:
    """Group products, those of the first letters first; what is sold out comes last in a group."""
    ordered = sorted(products, key=lambda each: (each.category, each.stock <= 0, each.name))
    return [(name, list(group)) for name, group in groupby(ordered, lambda each: each.category)]


def _sold(session: Session) -> SaleDetail | None:
    """Return the ticket that was just rung up, if the address names one."""
    try:
        sale_id = UUID(request.args.get("ticket", ""))
    except ValueError:
        return None
    return SaleDetail.model_validate(service.fetch_sale(session, sale_id))
