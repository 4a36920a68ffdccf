"""The customers with their conditions, and what they get every week."""

from datetime import timedelta
from decimal import Decimal

from app.bakery.orders.models import CustomerKind
from seeds.catalogue.kinds import CustomerSpec
from seeds.story.customers import has_standing_order, window_of
from seeds.values import Row, Scene, at, money

TERMS_DAYS = 30


def customer_rows(scene: Scene) -> list[Row]:
    """The customers."""
    joined = at(scene.past_days[0] - timedelta(days=20), 10 * 60)
    return [
        _customer_row(scene, n, customer) | {"created_at": joined + timedelta(days=n)}
        for n, customer in enumerate(scene.profile.customers, start=1)
    ]


def _customer_row(scene: Scene, number: int, customer: CustomerSpec) -> Row:
    is_business = customer.kind is CustomerKind.BUSINESS
    first, last = window_of(scene, customer)
    place = customer.location
    return {
        "id": number,
        "name": customer.name,
        "kind": customer.kind.value,
        "location_id": None if place is None else scene.location_ids[place],
        "contact_name": customer.contact_name,
        "email": customer.email,
        "phone": customer.phone,
        "address": customer.address,
        "city": customer.city,
        "notes": customer.notes,
        "tax_id": _tax_id(scene, number) if is_business else None,
        "discount_percent": customer.discount,
        "minimum_order": money(customer.minimum),
        "payment_terms_days": TERMS_DAYS if is_business else 0,
        "delivery_from": first,
        "delivery_to": last,
    }


def _tax_id(scene: Scene, number: int) -> str:
    """An invented tax number of a company, with the digit that checks it."""
    digits = f"{scene.profile.business.tax_id[1:3]}{90_000 + 7 * number}"
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[::2])
    rest = sum(doubled) + sum(int(digit) for digit in digits[1::2])
    return f"B{digits}{-rest % 10}"


def standing_rows(scene: Scene) -> list[Row]:
    """The basket of each customer who gets it on the same days of every week."""
    return [
        {
            "customer_id": number,
            "weekday": weekday + 1,
            "product_id": scene.product_ids[sku],
            "quantity": Decimal(pieces),
        }
        for number, customer in enumerate(scene.profile.customers, start=1)
        if has_standing_order(customer)
        for weekday in customer.weekdays
        for sku, pieces in customer.basket
    ]
