"""What a scenario's manifest changes in a bakery's profile, so that its story is another one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field, ValidationError, field_validator

from app.bakery.business.models import LocationKind, UserRole
from app.bakery.inventory.models import IngredientCategory
from app.bakery.orders.models import CustomerKind
from app.demo import Scenario, SeedError
from app.demo.parts import Part, Sentence
from seeds.catalogue.kinds import (
    Change,
    CustomerSpec,
    LocationSpec,
    Profile,
    SupplierSpec,
    UserSpec,
)
from seeds.values import DETAIL_WEEKS

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
LATE = 4
"""The lead times of suppliers that cannot keep up, as a multiple of what they were."""


class Shop(Part):
    """A shop that was opened when the scenario began."""

    name: Sentence
    address: Sentence
    phone: Sentence
    tickets: float = Field(gt=0, le=1000, description="On an average Thursday.")
    manager: Sentence
    cashier: Sentence


class StoryChange(Part):
    """The table `[story]` of a scenario's manifest: docs/scenarios.md."""

    weeks: int = Field(default=2, ge=0, le=DETAIL_WEEKS, description="Since so many weeks ago.")
    demand: float = Field(
        default=1.0, gt=0, le=3, description="Customers, as a multiple of an ordinary day's."
    )
    season: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] | None = Field(
        default=None, description="The month and day that these weeks are like, as `12-20`."
    )
    short_of: tuple[IngredientCategory, ...] = Field(
        default=(), description="Kinds of ingredient that run low and whose suppliers are late."
    )
    shops: tuple[Shop, ...] = Field(default=(), description="Shops that were opened.")

    @field_validator("season")
    @classmethod
    def _a_day(cls, value: str | None) -> str | None:
        if value is not None:
            date.fromisoformat(f"2001-{value}")  # raises ValueError, as a validator may
        return value


def changed(profile: Profile, scenario: Scenario | None) -> Profile:
    """The profile as it is in a scenario.

    Raises:
        SeedError: the manifest's table `[story]` cannot be used; the message says why.
    """
    if scenario is None:
        return profile
    try:
        story = StoryChange.model_validate(scenario.story)
    except ValidationError as error:
        problems = "; ".join(
            f"story.{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()
        )
        raise SeedError(f"{scenario.folder}: {problems}. docs/scenarios.md has the keys.") from None
    if story.shops and profile.recipes:
        raise SeedError(
            f"{scenario.folder}: story.shops: a bakery that bakes in its own shop opens no other;"
            " offer the scenario to central_baker only."
        )
    short = {item.sku for item in profile.ingredients if item.category in story.short_of}
    late = {policy.supplier for policy in profile.stock if policy.sku in short}
    return replace(
        profile,
        locations=profile.locations + tuple(_location(profile, shop) for shop in story.shops),
        users=profile.users + tuple(_team(profile, story.shops)),
        customers=profile.customers + tuple(_own_customer(profile, shop) for shop in story.shops),
        stock=tuple(
            replace(policy, runs_low=True) if policy.sku in short else policy
            for policy in profile.stock
        ),
        suppliers=tuple(
            _late(supplier) if supplier.name in late else supplier for supplier in profile.suppliers
        ),
        change=Change(
            weeks=story.weeks,
            demand=story.demand,
            season=_month_and_day(story.season),
            opened=tuple(shop.name for shop in story.shops),
        ),
    )


def _month_and_day(season: str | None) -> tuple[int, int] | None:
    return None if season is None else (int(season[:2]), int(season[3:]))


def _location(profile: Profile, shop: Shop) -> LocationSpec:
    city = profile.business.city
    return LocationSpec(shop.name, LocationKind.SHOP, shop.address, city, shop.phone, shop.tickets)


def _team(profile: Profile, shops: tuple[Shop, ...]) -> Iterator[UserSpec]:
    host = profile.business.email.rpartition("@")[2]
    for number, shop in enumerate(shops, start=1):
        for role, name in ((UserRole.MANAGER, shop.manager), (UserRole.CASHIER, shop.cashier)):
            yield UserSpec(f"{role.value}.{number}@{host}", name, role, shop.name)


def _own_customer(profile: Profile, shop: Shop) -> CustomerSpec:
    """The shop as the workshop sees it: what it orders follows from what it sells."""
    email = f"{shop.phone.replace(' ', '')}@{profile.business.email.rpartition('@')[2]}"
    return CustomerSpec(
        shop.name, CustomerKind.SATELLITE, shop.manager, email, shop.phone, shop.address,
        profile.business.city, EVERY_DAY, 1.0, (), location=shop.name,
        notes="Tienda propia, recién abierta.",
    )  # fmt: skip


def _late(supplier: SupplierSpec) -> SupplierSpec:
    """A supplier of what is short takes longer, and is thought less of."""
    lead = supplier.lead_time_days * LATE
    return replace(supplier, lead_time_days=lead, rating=max(1, supplier.rating - 2))
