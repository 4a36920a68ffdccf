"""Lists, details and changes of customers."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.bakery.business.service import selling_location
from app.bakery.customers.schemas import CustomerChange, CustomerIn, CustomerQuery
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.orders.models import Customer, CustomerKind, Order, OrderStatus, StandingOrder
from app.bakery.orders.placing import ensure_window
from app.bakery.orders.service import OPEN
from app.bakery.pos.models import Product
from app.errors import InvalidRequest, NotFound

NO_CUSTOMER = "No existe ese cliente."
_COUNTS = (
    select(
        Order.customer_id,
        func.count().label("orders"),
        func.count().filter(Order.status.in_(OPEN)).label("open_orders"),
        func.sum(Order.total).filter(Order.status != OrderStatus.CANCELLED).label("total"),
    )
    .group_by(Order.customer_id)
    .subquery()
)
_ORDERS, _TOTAL = func.coalesce(_COUNTS.c.orders, 0), func.coalesce(_COUNTS.c.total, 0)

CUSTOMERS = Listing(
    sorts={
        "name": folded(Customer.name),
        "city": folded(Customer.city),
        "kind": Customer.kind,
        "orders": _ORDERS,
        "total": _TOTAL,
    },
    default="name",
    tie_breakers=(Customer.id,),
    search=(Customer.name, Customer.contact_name, Customer.email, Customer.city),
)


def _select_customers() -> Rows:
    return select(
        *(column for column in Customer.__table__.columns if column.key != "created_at"),
        _ORDERS.label("orders"),
        func.coalesce(_COUNTS.c.open_orders, 0).label("open_orders"),
        _TOTAL.label("total"),
    ).outerjoin(_COUNTS, _COUNTS.c.customer_id == Customer.id)


def list_customers(session: Session, query: CustomerQuery) -> dict[str, Any]:
    """A page of customers with the sums of their orders."""
    statement = _select_customers()
    if query.kind is not None:
        statement = statement.where(Customer.kind == query.kind)
    return paginate(session, statement, CUSTOMERS, query)


def fetch_customer(session: Session, customer_id: int) -> dict[str, Any]:
    """One customer, with what they get every week."""
    customer = fetch_one(
        session, _select_customers().where(Customer.id == customer_id), NO_CUSTOMER
    )
    lines = (
        select(
            StandingOrder.weekday,
            StandingOrder.product_id,
            Product.name.label("product_name"),
            StandingOrder.quantity,
        )
        .join(Product, Product.id == StandingOrder.product_id)
        .where(StandingOrder.customer_id == customer_id)
        .order_by(StandingOrder.weekday, StandingOrder.product_id)
    )
    return customer | {"standing_order": fetch_all(session, lines)}


def add_customer(session: Session, asked: CustomerIn) -> dict[str, Any]:
    """Add a customer.

    Raises:
        InvalidRequest: another one has the address, or the conditions make no sense.
    """
    if asked.location_id is not None:
        if asked.kind is not CustomerKind.SATELLITE:
            raise _refuse("location_id", "Solo una tienda propia tiene una ubicación.")
        selling_location(session, asked.location_id)
    elif asked.kind is CustomerKind.SATELLITE:
        raise _refuse("location_id", "Indica la ubicación de la tienda propia.")
    ensure_window(asked.delivery_from, asked.delivery_to)
    values = asked.model_dump(exclude_none=True)
    customer = Customer(**values)
    session.add(customer)
    _flush(session)
    return fetch_customer(session, customer.id)


def change_customer(session: Session, customer_id: int, wanted: CustomerChange) -> dict[str, Any]:
    """Change a customer; orders that were taken keep their prices.

    Raises:
        NotFound: there is no such customer.
        InvalidRequest: another one has the address, or the conditions make no sense.
    """
    customer = lock_customer(session, customer_id)
    for name in wanted.model_fields_set:
        value = getattr(wanted, name)
        if value is not None or Customer.__table__.columns[name].nullable:
            setattr(customer, name, value)
    ensure_window(customer.delivery_from, customer.delivery_to)
    _flush(session)
    return fetch_customer(session, customer_id)


def lock_customer(session: Session, customer_id: int) -> Customer:
    """Return a customer, locked.

    Raises:
        NotFound: there is no such customer.
    """
    statement = select(Customer).where(Customer.id == customer_id).with_for_update()
    customer = session.scalar(statement)
    if customer is None:
        raise NotFound(NO_CUSTOMER)
    return customer


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "customers_email_key" not in str(error.orig):
            raise
        raise _refuse("email", "Otro cliente tiene ya este correo.") from None


def _refuse(field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, errors={"json": {field: [sentence]}})
