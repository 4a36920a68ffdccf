"""What each kind of customer pays by order."""

from decimal import ROUND_HALF_UP, Decimal

from app.bakery.orders.models import CustomerKind

CENT = Decimal("0.01")

# Our own shops pay what the bread costs to make, hotels and restaurants get the trade's discount.
PRICE_FACTORS = {
    CustomerKind.PERSON: Decimal(1),
    CustomerKind.BUSINESS: Decimal("0.85"),
    CustomerKind.SATELLITE: Decimal("0.60"),
}


def trade_price(price: Decimal, kind: CustomerKind) -> Decimal:
    """The price of a piece for a kind of customer, from its price in the shop."""
    return (price * PRICE_FACTORS[kind]).quantize(CENT, ROUND_HALF_UP)
