"""The kinds of master data that a bakery's profile is made of.

E-mail addresses of third parties end in `.example`, which belongs to no one: the people and firms
are invented and no mail of a demo may reach a real address.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.bakery.business.models import BusinessModel, LocationKind, UserRole
from app.bakery.inventory.models import IngredientCategory, Unit
from app.bakery.orders.models import CustomerKind
from seeds.calendar import Fiesta, Season

Habit = tuple[tuple[int, float], ...]
"""The numbers of pieces that one customer takes, each with its chance."""

DAILY: Habit = ((1, 0.60), (2, 0.29), (3, 0.08), (4, 0.03))
PASTRY: Habit = ((1, 0.50), (2, 0.28), (3, 0.10), (4, 0.08), (6, 0.04))
SINGLE: Habit = ((1, 0.93), (2, 0.07))


@dataclass(frozen=True)
class IngredientSpec:
    """Something that can be bought; `pack_size` is in its unit, `unit_cost` in euros a unit."""

    sku: str
    name: str
    category: IngredientCategory
    unit: Unit
    unit_cost: Decimal
    shelf_life_days: int
    pack_size: Decimal
    allergens: tuple[str, ...] = ()


@dataclass(frozen=True)
class StockPolicy:
    """The stock policy of one bakery for an ingredient.

    `daily_use` is what an average day takes besides the recipes. What `runs_low` is only ever
    topped up below its reorder point, and what is `short_dated` got a lot yesterday that will not
    keep: each demo opens with something to act on.
    """

    sku: str
    supplier: str
    reorder_point: Decimal
    reorder_packs: int
    daily_use: Decimal = Decimal(0)
    second_supplier: str | None = None
    runs_low: bool = False
    short_dated: bool = False


@dataclass(frozen=True)
class SupplierSpec:
    """A supplier; `lead_time_days` from order to delivery."""

    name: str
    tax_id: str
    contact_name: str
    email: str
    phone: str
    city: str
    category: str
    lead_time_days: int
    payment_terms_days: int
    minimum_order: Decimal
    rating: int


@dataclass(frozen=True)
class RecipeSpec:
    """A recipe for `yield_quantity` pieces, ingredients by SKU. Water is not stocked."""

    name: str
    category: str
    yield_quantity: int
    preparation_minutes: int
    fermentation_minutes: int
    baking_minutes: int
    oven_celsius: int
    instructions: str
    ingredients: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class ProductSpec:
    """Something for sale; the price includes VAT. `popularity` is its weight at its peak."""

    sku: str
    name: str
    category: str
    description: str
    price: Decimal
    vat_percent: int
    popularity: float
    habit: Habit
    season: Season | None = None
    recipe: str | None = None


@dataclass(frozen=True)
class LocationSpec:
    """A place of the bakery; `tickets` on an average Thursday, 0 where nothing is sold."""

    name: str
    kind: LocationKind
    address: str
    city: str
    phone: str
    tickets: float


@dataclass(frozen=True)
class UserSpec:
    """A member of the team."""

    email: str
    full_name: str
    role: UserRole
    location: str
    is_active: bool = True


@dataclass(frozen=True)
class CustomerSpec:
    """A customer, and what they order: `basket` on `weekdays`, each time with this `chance`.

    `closed_months` and `closed_on_holidays` are for schools; `seeds.demand.order_chance` knows
    them. `window` is when deliveries may come, in minutes of the day, `discount` the customer's own
    in per cent, `minimum` that of an order in euros.
    """

    name: str
    kind: CustomerKind
    contact_name: str
    email: str
    phone: str
    address: str
    city: str
    weekdays: tuple[int, ...]
    chance: float
    basket: tuple[tuple[str, int], ...]
    location: str | None = None
    notes: str | None = None
    closed_months: tuple[int, ...] = ()
    closed_on_holidays: bool = False
    window: tuple[int, int] | None = None
    discount: Decimal | None = None
    minimum: Decimal = Decimal(0)


@dataclass(frozen=True)
class BusinessSpec:
    """The bakery's own profile."""

    name: str
    legal_name: str
    tax_id: str
    address: str
    postal_code: str
    city: str
    phone: str
    email: str
    founded_on: date
    description: str


@dataclass(frozen=True)
class Change:
    """What is different in a scenario, since the Monday so many `weeks` before this one.

    `demand` multiplies the customers. `season` is the month and day that it is like around this
    day. `opened` are the shops that were opened then.
    """

    weeks: int = 0
    demand: float = 1.0
    season: tuple[int, int] | None = None
    opened: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """All that is fixed about one bakery. Its first location is the one that bakes."""

    account_type: BusinessModel
    business: BusinessSpec
    local_holidays: tuple[tuple[int, int], ...]
    locations: tuple[LocationSpec, ...]
    users: tuple[UserSpec, ...]
    suppliers: tuple[SupplierSpec, ...]
    ingredients: tuple[IngredientSpec, ...]
    stock: tuple[StockPolicy, ...]
    recipes: tuple[RecipeSpec, ...]
    products: tuple[ProductSpec, ...]
    customers: tuple[CustomerSpec, ...]
    fiestas: tuple[Fiesta, ...] = ()
    change: Change | None = None
