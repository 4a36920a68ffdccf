"""The count of a till: opening it with its change, closing it, and what was counted."""

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from app.bakery.pos import till as tills
from app.bakery.pos.schemas import ClosingIn, OpeningIn, TillOut
from app.language.texts import _
from app.web.inside.forms import Fault, decimal_of, submit, text_of, whole_of
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.parts.notices import with_notice
from app.web.selling.till import shops

COUNT = "/demo/caja/arqueo?tienda={shop}"


@blueprint.get("/caja/arqueo")
@in_bakery("pos")
def count(session: Session) -> Answer:
    """Show a till's count, or the form for it."""
    return _show(session, whole_of(request.args.get("tienda")))


@blueprint.post("/caja/abrir")
@in_bakery("pos")
def open_till(session: Session) -> Answer:
    """Open a till with the change that lies in it."""
    shop = whole_of(text_of("tienda"))

    def work() -> str:
        asked = {"location_id": shop, "opening_cash": decimal_of(text_of("cambio"))}
        tills.open_till(session, OpeningIn.model_validate(asked))
        return with_notice(f"/demo/caja?tienda={shop}", "caja-abierta")

    answer = submit(session, work)
    return answer if isinstance(answer, Response) else _show(session, shop, answer)


@blueprint.post("/caja/cerrar")
@in_bakery("pos")
def close_till(session: Session) -> Answer:
    """Close a till with what was counted by each payment method."""
    shop = whole_of(text_of("tienda"))

    def work() -> str:
        counted = {name: decimal_of(text_of(name)) for name in ("cash", "card", "bizum")}
        asked = counted | {"location_id": shop, "notes": text_of("notas")}
        tills.close_till(session, ClosingIn.model_validate(asked))
        return with_notice(COUNT.format(shop=shop), "caja-cerrada")

    answer = submit(session, work)
    return answer if isinstance(answer, Response) else _show(session, shop, answer)


def _show(session: Session, shop: Any, fault: Fault | None = None) -> Shown:
    places = shops()
    chosen = next((place for place in places if place.id == shop), places[0])
    context = {
        "title": _("Abrir y cerrar la caja"),
        "shops": places,
        "chosen": chosen,
        "till": TillOut.model_validate(tills.fetch_till(session, chosen.id)),
        "opening_cash": tills.FLOAT,
        "given": request.form,
        "fault": fault,
    }
    return Shown("selling/count.html", context, fault.status if fault else 200)
