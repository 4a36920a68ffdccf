"""What each customer pays by order."""

from decimal import ROUND_HALF_UP, Decimal

from app.bakery.orders.models import CustomerKind

CENT = Decimal("0.01")

# Our own shops pay what the bread costs to make, hotels and restaurants get the trade's discount.
PRICE_FACTORS = {
    CustomerKind.PERSON: Decimal(1),
    CustomerKind.BUSINESS: Decimal("0.85"),
    CustomerKind.SATELLITE: Decimal("0.60"),
}


def customer_price(price: Decimal, kind: CustomerKind, discount: Decimal | None) -> Decimal:
    """The price of a piece for a customer, from its price in the shop.

    `discount`, in per cent, is the customer's own; without one the price is that of their kind.
    """
    return (price * price_factor(kind, discount)).quantize(CENT, ROUND_HALF_UP)


def price_factor(kind: CustomerKind, discount: Decimal | None) -> Decimal:
    """What of a price in the shop a customer pays, between 0 and 1."""
    return PRICE_FACTORS[kind] if discount is None else 1 - discount / 100
