"""Delivery notes: the list, and one to print."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.bakery.orders import notes
from app.bakery.orders.schemas import NoteDetail, NotePage, NoteQuery
from app.language.texts import _
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, offer_table, show_list

LIST = ListPage(
    title="Albaranes",
    path="/demo/pedidos/albaranes",
    things=("albarán", "albaranes"),
    query=NoteQuery,
    fetch=notes.list_notes,
    schema=NotePage,
    columns=(
        Column("note_number", sort="note_number", link="/demo/pedidos/{order_id}/albaran"),
        Column("customer_name", sort="customer_name", link="/demo/clientes/{customer_id}"),
        Column("delivered_at", "moment", sort="delivered_at", wide=True),
        Column("pieces", "amount", wide=True),
        Column("total", "euros", sort="total"),
    ),
    filters=(Filter("from", "Entregado desde"), Filter("to", "Hasta")),
    search="Cliente, albarán o pedido",
)


@blueprint.get("/pedidos/albaranes")
@in_bakery("orders")
def delivery_notes(session: Session) -> Answer:
    """List delivery notes, the newest first."""
    return show_list(session, LIST)


offer_table("orders", LIST)


@blueprint.get("/pedidos/<uuid:order_id>/albaran")
@in_bakery("orders")
def delivery_note(session: Session, order_id: UUID) -> Answer:
    """Show the delivery note of an order, to be printed."""
    note = NoteDetail.model_validate(notes.fetch_note(session, order_id))
    return Shown(
        "trade/note.html", {"title": _("Albarán %(number)s", number=note.note_number), "note": note}
    )
