"""VAT by rate. Prices include it: a base is what is left of an amount without its tax."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel

from app.bakery.schemas import Euros, Percentage

CENT = Decimal("0.01")


class VatShare(BaseModel):
    """The part of a document that is taxed at one rate."""

    vat_percent: Percentage
    base: Euros
    tax: Euros
    amount: Euros


def vat_by_rate(lines: Iterable[tuple[Decimal, Decimal]]) -> list[dict[str, Decimal]]:
    """Base, tax and amount for each rate of some lines, which are pairs of a rate and an amount.

    A rate's amount is divided once, so that base and tax add up to it to the cent.
    """
    amounts: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for rate, amount in lines:
        amounts[rate] += amount
    return [_share(rate, amount) for rate, amount in sorted(amounts.items())]


def _share(rate: Decimal, amount: Decimal) -> dict[str, Decimal]:
    base = (amount / (1 + rate / 100)).quantize(CENT, ROUND_HALF_UP)
    return {"vat_percent": rate, "base": base, "tax": amount - base, "amount": amount}
