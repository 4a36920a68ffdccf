"""Customers: the list, with what each one has ordered."""

from sqlalchemy.orm import Session

from app.bakery.customers import service
from app.bakery.customers.schemas import CustomerDetail, CustomerOut, CustomerPage, CustomerQuery
from app.bakery.orders.models import CustomerKind
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, choices_of, offer_table, show_list
from app.web.parts.formats import weekdays

LIST = ListPage(
    title="Clientes",
    path="/demo/clientes",
    things=("cliente", "clientes"),
    query=CustomerQuery,
    fetch=service.list_customers,
    schema=CustomerPage,
    columns=(
        Column("name", sort="name", link="/demo/clientes/{id}", note="contact_name"),
        Column("kind", "code", sort="kind", wide=True),
        Column("phone", "phone"),
        Column("city", sort="city", wide=True),
        Column("open_orders", "amount", heading="Por entregar"),
        Column("orders", "amount", sort="orders", wide=True),
        Column("total", "euros", sort="total", wide=True),
    ),
    filters=(Filter("kind", "Tipo", choices_of(CustomerKind)),),
    search="Nombre, contacto, correo o ciudad",
)

MOST = 100


def every_customer(session: Session) -> list[CustomerOut]:
    """Return the customers that an order can be for, by name."""
    found = service.list_customers(session, CustomerQuery(per_page=MOST))
    return CustomerPage.model_validate(found).items


@blueprint.get("/clientes")
@in_bakery("orders")
def customers(session: Session) -> Answer:
    """List customers."""
    return show_list(session, LIST)


offer_table("orders", LIST)


@blueprint.get("/clientes/<int:customer_id>")
@in_bakery("orders")
def customer(session: Session, customer_id: int) -> Answer:
    """Show a customer, their terms and what they get every week."""
    found = CustomerDetail.model_validate(service.fetch_customer(session, customer_id))
    context = {"title": found.name, "customer": found, "weekdays": weekdays()}
    return Shown("trade/customer.html", context)
