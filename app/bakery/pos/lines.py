"""Lines of a ticket or an order: products and prices behind what a client asked for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.pos.models import Product
from app.errors import InvalidRequest
from app.language.texts import _, current_language

CENT = Decimal("0.01")


class Asked(Protocol):
    """A line as a client sends it."""

    @property
    def product_id(self) -> int:
        """The product's id."""

    @property
    def quantity(self) -> Decimal:
        """The number of pieces."""


@dataclass(frozen=True)
class Line:
    """A quantity of a product, at a price."""

    product_id: int
    quantity: Decimal
    unit_price: Decimal
    vat_percent: Decimal

    @property
    def amount(self) -> Decimal:
        """The amount of the line, rounded as the database rounds it."""
        return (self.quantity * self.unit_price).quantize(CENT, ROUND_HALF_UP)


def merge(asked: Sequence[Asked], most: int) -> dict[int, Decimal]:
    """Quantities by product, in the order of the lines; lines of the same product become one.

    Raises:
        InvalidRequest: a product comes to more than `most` in all.
    """
    merged: dict[int, Decimal] = {}
    for place, line in enumerate(asked):
        merged[line.product_id] = merged.get(line.product_id, Decimal(0)) + line.quantity
        if merged[line.product_id] > most:
            raise _bad_line(
                place, "quantity", _("Entre todas las líneas debe ser %(most)s o menos.", most=most)
            )
    return merged


def price(
    session: Session,
    asked: Sequence[Asked],
    quantities: Mapping[int, Decimal],
    agreed: Collection[Line] = (),
    discounted: Callable[[Decimal], Decimal] = lambda price: price,
) -> list[Line]:
    """Give lines their prices: those agreed on before where there are any, else today's.

    `discounted` makes a customer's price of that in the shop.

    Raises:
        InvalidRequest: a product does not exist, or is not sold any more and was not agreed on.
    """
    prices = {line.product_id: (line.unit_price, line.vat_percent) for line in agreed}
    new = [product_id for product_id in quantities if product_id not in prices]
    statement = select(Product.id, Product.price, Product.vat_percent).where(
        Product.id.in_(new), Product.is_active
    )
    prices |= {
        row.id: (discounted(row.price), row.vat_percent) for row in session.execute(statement)
    }
    for place, line in enumerate(asked):
        if line.product_id not in prices:
            sentence = _(
                "El producto %(product_id)s no existe o ya no se vende.", product_id=line.product_id
            )
            raise _bad_line(place, "product_id", sentence)
    return [
        Line(product_id, quantity, *prices[product_id])
        for product_id, quantity in quantities.items()
    ]


def total(lines: Collection[Line]) -> Decimal:
    """The sum of the lines."""
    return sum((line.amount for line in lines), Decimal(0))


def ensure_enough_cash(cash_received: Decimal | None, is_cash: bool, amount: Decimal) -> None:
    """Check what a customer gives: only cash is given, and it must be enough.

    Raises:
        InvalidRequest: it is not.
    """
    if cash_received is None:
        return
    if not is_cash:
        sentence = "Solo se recibe efectivo cuando se paga en efectivo."
    elif cash_received < amount:
        sentence = _("No llega: el ticket suma %(amount)s.", amount=plain_euros(amount))
    else:
        return
    raise InvalidRequest(sentence, errors={"json": {"cash_received": [sentence]}})


def plain_euros(amount: Decimal) -> str:
    """An amount as a reader writes it."""
    text = f"{amount:.2f}".replace(".", current_language().decimal)
    return _("%(amount)s €", amount=text)


def _bad_line(place: int, field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, errors={"json": {f"lines.{place}.{field}": [sentence]}})
