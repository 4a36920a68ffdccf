"""Lists and details of products and tickets."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.bakery.business.models import Location
from app.bakery.business.service import default_location, selling_location
from app.bakery.clock import day_end, day_start
from app.bakery.documents.numbering import document_number
from app.bakery.documents.vat import vat_by_rate
from app.bakery.inventory.models import ProductStock
from app.bakery.listing import Listing, Rows, fetch_all, fetch_one, folded, paginate
from app.bakery.pos.models import Product, Sale, SaleLine
from app.bakery.pos.schemas import ProductQuery, SaleQuery

TOTAL_STOCK: ColumnElement[Any] = (
    select(func.coalesce(func.sum(ProductStock.quantity), 0))
    .where(ProductStock.product_id == Product.id)
    .correlate(Product)
    .scalar_subquery()
)
STOCK: ColumnElement[Any] = func.coalesce(ProductStock.quantity, 0)
PIECES: ColumnElement[Any] = (
    select(func.coalesce(func.sum(SaleLine.quantity), 0))
    .where(SaleLine.ticket_number == Sale.ticket_number)
    .correlate(Sale)
    .scalar_subquery()
)
INVOICE: ColumnElement[Any] = document_number(Sale.invoice_series, Sale.invoice_number)
NO_SALE = "No existe ese ticket."

PRODUCTS = Listing(
    sorts={
        "name": folded(Product.name),
        "sku": Product.sku,
        "category": folded(Product.category),
        "price": Product.price,
        "stock": STOCK,
    },
    default="name",
    tie_breakers=(Product.id,),
    search=(Product.name, Product.sku),
)
SALES = Listing(
    sorts={
        "sold_at": Sale.sold_at,
        "ticket_number": Sale.ticket_number,
        "total": Sale.total,
        "payment_method": Sale.payment_method,
    },
    default="-ticket_number",
    tie_breakers=(Sale.id,),
    codes=(cast(Sale.ticket_number, Text), INVOICE),
    names=((Sale.location_id, Location.id, Location.name),),
)


def _select_products(location_id: int | None = None) -> Rows:
    """Products with their stock at a location; by default, where sales are made."""
    place = default_location() if location_id is None else literal(location_id)
    here = (ProductStock.product_id == Product.id) & (ProductStock.location_id == place)
    return select(
        *(column for column in Product.__table__.columns if column.key != "created_at"),
        place.label("location_id"),
        STOCK.label("stock"),
        TOTAL_STOCK.label("total_stock"),
    ).outerjoin(ProductStock, here)


def select_sales() -> Rows:
    """Tickets with their location, the pieces on them and the number of their invoice.

    Each has a location; the outer join lets the planner count them without it.
    """
    parts = ("invoice_series", "invoice_number")
    return select(
        *(column for column in Sale.__table__.columns if column.key not in parts),
        INVOICE.label("invoice_number"),
        Location.name.label("location_name"),
        PIECES.label("pieces"),
    ).outerjoin(Location, Location.id == Sale.location_id)


def list_products(session: Session, query: ProductQuery) -> dict[str, Any]:
    """A page of products, with the stock of one location: where a sale would take it from."""
    if query.location_id is not None:
        selling_location(session, query.location_id, "query")
    statement = _select_products(query.location_id)
    if query.category is not None:
        statement = statement.where(Product.category == query.category)
    if query.active is not None:
        statement = statement.where(Product.is_active.is_(query.active))
    return paginate(session, statement, PRODUCTS, query)


def fetch_product(session: Session, product_id: int) -> dict[str, Any]:
    """One product, with its stock at each location that has had it."""
    product = fetch_one(
        session, _select_products().where(Product.id == product_id), "No existe ese producto."
    )
    places = (
        select(
            Location.id.label("location_id"),
            Location.name.label("location_name"),
            ProductStock.quantity,
        )
        .join(ProductStock, ProductStock.location_id == Location.id)
        .where(ProductStock.product_id == product_id)
        .order_by(Location.id)
    )
    return product | {"locations": fetch_all(session, places)}


def list_sales(session: Session, query: SaleQuery) -> dict[str, Any]:
    """A page of tickets, the newest first."""
    statement = select_sales()
    if query.payment_method is not None:
        statement = statement.where(Sale.payment_method == query.payment_method)
    if query.status is not None:
        statement = statement.where(Sale.status == query.status)
    if query.location_id is not None:
        statement = statement.where(Sale.location_id == query.location_id)
    if query.product_id is not None:
        of_ticket = SaleLine.ticket_number == Sale.ticket_number
        of_product = of_ticket & (SaleLine.product_id == query.product_id)
        statement = statement.where(exists().where(of_product))
    if query.from_ is not None:
        statement = statement.where(Sale.sold_at >= day_start(query.from_))
    if query.to is not None:
        statement = statement.where(Sale.sold_at < day_end(query.to))
    return paginate(session, statement, SALES, query)


def fetch_sale(session: Session, sale_id: UUID) -> dict[str, Any]:
    """One ticket with its lines, its VAT, its change, and what came back of it."""
    sale = fetch_one(session, select_sales().where(Sale.id == sale_id), NO_SALE)
    ticket = sale["ticket_number"]
    lines = fetch_all(session, _select_lines(ticket))
    given = sale["cash_received"]
    returns = select(Sale.id, INVOICE.label("invoice_number"), Sale.sold_at, Sale.total)
    wanted = returns.where(Sale.returns_ticket == ticket).order_by(Sale.ticket_number)
    return sale | {
        "lines": lines,
        "vat": vat_by_rate((line["vat_percent"], line["amount"]) for line in lines),
        "change": None if given is None else given - sale["total"],
        "returns": fetch_all(session, wanted) if _has_returns(lines) else [],
    }


def _has_returns(lines: list[dict[str, Any]]) -> bool:
    return any(line["returned"] for line in lines)


def _select_lines(ticket: int) -> Rows:
    """The lines of a ticket, each with the pieces that came back."""
    back, of_back = aliased(SaleLine), aliased(Sale)
    returned = (
        select(func.coalesce(-func.sum(back.quantity), 0))
        .join(of_back, of_back.ticket_number == back.ticket_number)
        .where(of_back.returns_ticket == ticket, back.product_id == SaleLine.product_id)
        .correlate(SaleLine)
        .scalar_subquery()
    )
    return (
        select(
            *(column for column in SaleLine.__table__.columns if column.key != "ticket_number"),
            Product.name.label("product_name"),
            returned.label("returned"),
        )
        .join(Product, Product.id == SaleLine.product_id)
        .where(SaleLine.ticket_number == ticket)
        .order_by(SaleLine.line_number)
    )
