"""Purchase orders: the list, and one with what came of it."""

from sqlalchemy.orm import Session

from app.bakery.procurement import orders
from app.bakery.procurement.models import PurchaseStatus
from app.bakery.procurement.order_schemas import PurchaseDetail, PurchasePage, PurchaseQuery
from app.language.texts import _
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, choices_of, offer_table, show_list

LIST = ListPage(
    title="Pedidos de compra",
    path="/demo/compras/pedidos",
    things=("pedido", "pedidos"),
    query=PurchaseQuery,
    fetch=orders.list_orders,
    schema=PurchasePage,
    columns=(
        Column("supplier_name", link="/demo/compras/pedidos/{id}"),
        Column("created_at", "moment", wide=True),
        Column("expected_on", "due"),
        Column("status", "state"),
        Column("received_total", "euros", wide=True),
        Column("total", "euros"),
    ),
    filters=(
        Filter("status", "Estado", choices_of(PurchaseStatus)),
        Filter("overdue", "Plazo", (("", "Todos"), ("true", "Atrasados"))),
        Filter("from", "Llega desde"),
        Filter("to", "Hasta"),
    ),
    search="Proveedor",
)


@blueprint.get("/compras/pedidos")
@in_bakery("procurement")
def purchase_orders(session: Session) -> Answer:
    """List purchase orders, the newest first."""
    return show_list(session, LIST, "stock/purchase_orders.html")


offer_table("procurement", LIST)


@blueprint.get("/compras/pedidos/<int:order_id>")
@in_bakery("procurement")
def purchase_order(session: Session, order_id: int) -> Answer:
    """Show a purchase order and what of it has come."""
    found = PurchaseDetail.model_validate(orders.fetch_order(session, order_id))
    title = _("Pedido de compra n.º %(number)s", number=found.id)
    return Shown("stock/purchase_order.html", {"title": title, "order": found})
