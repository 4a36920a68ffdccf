"""What each kind of customer pays."""

from decimal import Decimal

from app.bakery.orders.models import CustomerKind
from seeds.catalogue.kinds import ProductSpec
from seeds.values import money

# Our own shops pay what the bread costs to make, hotels and restaurants get the trade's discount.
PRICE_FACTORS = {
    CustomerKind.PERSON: Decimal(1),
    CustomerKind.BUSINESS: Decimal("0.85"),
    CustomerKind.SATELLITE: Decimal("0.60"),
}


def trade_price(product: ProductSpec, kind: CustomerKind) -> Decimal:
    """The price of a product for a kind of customer."""
    return money(product.price * PRICE_FACTORS[kind])
