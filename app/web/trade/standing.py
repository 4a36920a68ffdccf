"""Standing orders: what customers get every week."""

from sqlalchemy.orm import Session

from app.bakery.customers import standing
from app.bakery.customers.schemas import StandingPage, StandingQuery
from app.web.inside.frame import Answer, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, offer_table, show_list
from app.web.parts.formats import weekdays

LIST = ListPage(
    title="Pedidos fijos",
    path="/demo/pedidos/fijos",
    things=("línea", "líneas"),
    query=StandingQuery,
    fetch=standing.list_standing,
    schema=StandingPage,
    columns=(
        Column("customer_name", sort="customer_name", link="/demo/clientes/{customer_id}"),
        Column("weekday", "weekday", sort="weekday", heading="Día"),
        Column("product_name", sort="product_name", link="/demo/productos/{product_id}"),
        Column("quantity", "amount", sort="quantity", heading="Piezas"),
    ),
    filters=(
        Filter(
            "weekday",
            "Día",
            (("", "Todos"), *((str(n), name) for n, name in enumerate(weekdays(), start=1))),
        ),
    ),
    empty="Ningún cliente tiene pedido fijo.",
    search="Cliente o producto",
)


@blueprint.get("/pedidos/fijos")
@in_bakery("orders")
def standing_orders(session: Session) -> Answer:
    """List what customers get every week."""
    return show_list(session, LIST, "trade/standing.html")


offer_table("orders", LIST)
