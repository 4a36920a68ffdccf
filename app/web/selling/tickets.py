"""Tickets: the list, one ticket with its correction, and a receipt to print."""

from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from app.bakery.pos import selling, service
from app.bakery.pos.models import PaymentMethod, ReturnReason, Sale, SaleStatus
from app.bakery.pos.schemas import (
    CorrectionIn,
    ProductPage,
    ProductQuery,
    SaleDetail,
    SalePage,
    SaleQuery,
    TillOut,
)
from app.bakery.pos.till import fetch_till
from app.language.texts import _
from app.web.inside.forms import Fault, quantities_of, submit, text_of
from app.web.inside.frame import Answer, Shown, bakery, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, choices_of, offer_table, show_list
from app.web.inside.versions import ensure_seen, version_of
from app.web.parts.notices import with_notice
from app.web.selling.receipt_code import draw_code, receipt_text
from app.web.selling.sales import filters_of_places

FIELD = "u-"
TICKET = "/demo/caja/tickets/{id}"
LIST = ListPage(
    title="Tickets",
    path="/demo/caja/tickets",
    things=("ticket", "tickets"),
    query=SaleQuery,
    fetch=service.list_sales,
    schema=SalePage,
    columns=(
        Column("ticket_number", "amount_id", sort="ticket_number", link=TICKET),
        Column("sold_at", "moment", sort="sold_at"),
        Column("location_name", wide=True),
        Column("payment_method", "code", sort="payment_method", heading="Pago"),
        Column("pieces", "amount", wide=True),
        Column("status", "state", wide=True),
        Column("total", "euros", sort="total"),
    ),
    filters=(
        Filter("payment_method", "Forma de pago", choices_of(PaymentMethod, "Todas")),
        Filter("status", "Estado", choices_of(SaleStatus)),
        Filter("from", "Desde"),
        Filter("to", "Hasta"),
    ),
    search="Número o tienda",
)


@blueprint.get("/caja/tickets")
@in_bakery("pos")
def tickets(session: Session) -> Answer:
    """List tickets, the newest first."""
    return show_list(session, LIST, extra_filters=filters_of_places())


offer_table("pos", LIST)


@blueprint.get("/caja/tickets/<uuid:sale_id>")
@in_bakery("pos")
def ticket(session: Session, sale_id: UUID) -> Answer:
    """Show a ticket, and the form that corrects it."""
    return show_ticket(session, sale_id)


@blueprint.get("/caja/tickets/<uuid:sale_id>/recibo")
@in_bakery("pos")
def receipt(session: Session, sale_id: UUID) -> Answer:
    """Show a ticket's receipt, to be printed."""
    sale = _fetch(session, sale_id)
    place = next(each for each in bakery().locations if each.id == sale.location_id)
    context = {"title": _("Recibo"), "sale": sale, "shop": place}
    context["code"] = draw_code(receipt_text(sale, bakery(), place))
    return Shown("selling/receipt.html", context)


@blueprint.post("/caja/tickets/<uuid:sale_id>")
@in_bakery("pos")
def correct(session: Session, sale_id: UUID) -> Answer:
    """Correct a ticket's quantities, or how it was paid."""

    def work() -> str:
        ensure_ticket_seen(session, sale_id)
        lines = quantities_of(FIELD, request.form)
        if added := text_of("producto"):
            lines += quantities_of("", {added: request.form.get("unidades") or "1"})
        asked = CorrectionIn.model_validate({"lines": lines, "payment_method": text_of("pago")})
        selling.correct(session, sale_id, asked)
        return with_notice(TICKET.format(id=sale_id), "correccion")

    answer = submit(session, work)
    return answer if isinstance(answer, Response) else show_ticket(session, sale_id, answer)


def show_ticket(session: Session, sale_id: UUID, fault: Fault | None = None) -> Shown:
    """Show a ticket with what can still be done with it: a correction, a return."""
    sale = _fetch(session, sale_id)
    is_sale = sale.returns_ticket is None
    query = ProductQuery(active=True, per_page=100)
    context = {
        "title": _("Ticket n.º %(number)s", number=sale.ticket_number),
        "sale": sale,
        "version": version_of(sale),
        "products": ProductPage.model_validate(service.list_products(session, query)).items,
        "correctable": is_sale and not sale.returns and _till_is_open(session, sale),
        "returnable": [line for line in sale.lines if is_sale and line.returned < line.quantity],
        "reasons": list(ReturnReason),
        "payment_methods": list(PaymentMethod),
        "fault": fault,
        "given": request.form,
    }
    return Shown("selling/ticket.html", context, fault.status if fault else 200)


def ensure_ticket_seen(session: Session, sale_id: UUID) -> None:
    """Lock a ticket, and check that it is the one that its form was drawn with.

    Raises:
        Conflict: it was corrected or returned since.
    """
    ensure_seen(session, Sale, sale_id, lambda: _fetch(session, sale_id))


def _fetch(session: Session, sale_id: UUID) -> SaleDetail:
    return SaleDetail.model_validate(service.fetch_sale(session, sale_id))


def _till_is_open(session: Session, sale: SaleDetail) -> bool:
    """Return True unless the ticket's till was counted: only then a ticket can be corrected."""
    till = TillOut.model_validate(fetch_till(session, sale.location_id))
    return till.is_open and till.id == sale.till_session_id
