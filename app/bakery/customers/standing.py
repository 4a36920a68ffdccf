"""Standing orders: what customers get every week, and the orders that are made of it."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.bakery.business.models import BusinessModel
from app.bakery.clock import today
from app.bakery.customers.schemas import StandingIn, StandingQuery, StandingRunIn
from app.bakery.customers.service import fetch_customer, lock_customer
from app.bakery.listing import Listing, folded, paginate
from app.bakery.modules import MODULES
from app.bakery.orders.models import Customer, Order, StandingOrder
from app.bakery.orders.placing import place
from app.bakery.orders.schemas import OrderIn, OrderLineIn
from app.bakery.pos.models import Product
from app.errors import InvalidRequest
from app.language.texts import _

LONGEST_AHEAD = timedelta(days=31)
ALREADY_MADE = "Su pedido fijo de ese día ya está hecho."
NOTHING_SOLD = "Ya no se vende nada de su pedido fijo."

STANDING = Listing(
    sorts={
        "customer_name": folded(Customer.name),
        "weekday": StandingOrder.weekday,
        "product_name": folded(Product.name),
        "quantity": StandingOrder.quantity,
    },
    default="customer_name",
    tie_breakers=(StandingOrder.customer_id, StandingOrder.weekday, StandingOrder.product_id),
    search=(Customer.name, Product.name),
)


def list_standing(session: Session, query: StandingQuery) -> dict[str, Any]:
    """A page of the lines of all standing orders."""
    statement = (
        select(
            *StandingOrder.__table__.columns,
            Customer.name.label("customer_name"),
            Product.name.label("product_name"),
        )
        .join(Customer, Customer.id == StandingOrder.customer_id)
        .join(Product, Product.id == StandingOrder.product_id)
    )
    if query.customer_id is not None:
        statement = statement.where(StandingOrder.customer_id == query.customer_id)
    if query.weekday is not None:
        statement = statement.where(StandingOrder.weekday == query.weekday)
    return paginate(session, statement, STANDING, query)


def set_standing(session: Session, customer_id: int, asked: StandingIn) -> dict[str, Any]:
    """Replace a customer's standing order. Orders that were made of it stay.

    Raises:
        NotFound: there is no such customer.
        InvalidRequest: a product does not exist or is not sold any more, or stands there twice.
    """
    lock_customer(session, customer_id)
    products = {line.product_id for line in asked.lines}
    sold = set(
        session.scalars(select(Product.id).where(Product.id.in_(products), Product.is_active))
    )
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for place_, line in enumerate(asked.lines):
        if line.product_id not in sold:
            sentence = _(
                "El producto %(product_id)s no existe o ya no se vende.", product_id=line.product_id
            )
            raise _refuse(f"lines.{place_}.product_id", sentence)
        if (line.weekday, line.product_id) in rows:
            raise _refuse(f"lines.{place_}.product_id", "Este producto ya está en ese día.")
        rows[line.weekday, line.product_id] = {"customer_id": customer_id} | line.model_dump()
    session.execute(delete(StandingOrder).where(StandingOrder.customer_id == customer_id))
    if rows:
        session.execute(insert(StandingOrder).values(list(rows.values())))
    return fetch_customer(session, customer_id)


def run(session: Session, asked: StandingRunIn) -> dict[str, Any]:
    """Make the orders of a day from the standing orders, by the service that takes all orders.

    A customer whose order of that day was made before gets no second one, also if it was cancelled:
    it is safe to run twice, and two runs at once wait for each other.

    Raises:
        InvalidRequest: the day is over, or too far ahead.
    """
    day = asked.day or today() + timedelta(days=1)
    if not today() <= day <= today() + LONGEST_AHEAD:
        sentence = _("Debe ser de hoy a %(days)s días.", days=LONGEST_AHEAD.days)
        raise _refuse("day", sentence)
    created, skipped = [], []
    for customer, lines in _due(session, day):
        reason = ALREADY_MADE if customer.made else None
        if reason is None and not lines:
            reason = NOTHING_SOLD
        if reason is None:
            order = OrderIn(customer_id=customer.id, due_on=day, lines=lines)
            try:
                created.append(place(session, order, is_standing=True))
            except InvalidRequest as refusal:
                reason = str(refusal.detail)
        if reason is not None:
            named = {"customer_id": customer.id, "customer_name": customer.name}
            skipped.append(named | {"reason": reason})
    return {"day": day, "created": created, "skipped": skipped}


def _due(session: Session, day: date) -> list[tuple[Any, list[OrderLineIn]]]:
    """The customers with a standing order for the day, locked, and what is still sold of it."""
    weekday = day.isoweekday()
    has_one = StandingOrder.customer_id == Customer.id, StandingOrder.weekday == weekday
    wanted = select(Customer.id).where(select(StandingOrder).where(*has_one).exists())
    ids = list(session.scalars(wanted.order_by(Customer.id).with_for_update()))
    made = (
        select(Order.id)
        .where(Order.customer_id == Customer.id, Order.due_on == day, Order.is_standing)
        .exists()
    )
    customers = session.execute(
        select(Customer.id, Customer.name, made.label("made"))
        .where(Customer.id.in_(ids))
        .order_by(Customer.id)
    ).all()
    lines: defaultdict[int, list[OrderLineIn]] = defaultdict(list)
    statement = (
        select(StandingOrder.customer_id, StandingOrder.product_id, StandingOrder.quantity)
        .join(Product, (Product.id == StandingOrder.product_id) & Product.is_active)
        .where(StandingOrder.customer_id.in_(ids), StandingOrder.weekday == weekday)
        .order_by(StandingOrder.product_id)
    )
    for customer_id, product_id, quantity in session.execute(statement):
        lines[customer_id].append(_line(product_id, quantity))
    return [(customer, lines[customer.id]) for customer in customers]


def _line(product_id: int, quantity: Decimal) -> OrderLineIn:
    return OrderLineIn(product_id=product_id, quantity=quantity)


def run_daily(session: Session, account_type: str) -> int:
    """Make tomorrow's orders of a bakery that takes orders; return how many."""
    if "orders" not in MODULES[BusinessModel(account_type)]:
        return 0
    return len(run(session, StandingRunIn())["created"])


def _refuse(field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, errors={"json": {field: [sentence]}})
