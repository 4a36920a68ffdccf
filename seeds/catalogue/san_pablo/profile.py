"""Panadería San Pablo, a bakery of its own in Zaragoza: one shop with its oven behind it."""

from datetime import date

from app.bakery.business.models import BusinessModel, LocationKind, UserRole
from seeds.calendar import Fiesta
from seeds.catalogue.ingredients import pick_ingredients
from seeds.catalogue.kinds import BusinessSpec, LocationSpec, Profile, UserSpec
from seeds.catalogue.san_pablo.customers import CUSTOMERS
from seeds.catalogue.san_pablo.products import PRODUCTS
from seeds.catalogue.san_pablo.recipes import RECIPES
from seeds.catalogue.san_pablo.seasonal_recipes import SEASONAL_RECIPES
from seeds.catalogue.san_pablo.suppliers import CITY, STOCK, SUPPLIERS

SHOP = "Panadería San Pablo"
OWNER_EMAIL = "demo.individual@panaderiasanpablo.com"

BUSINESS = BusinessSpec(
    name="Panadería San Pablo",
    legal_name="Panadería San Pablo, S.L.",
    tax_id="B50418276",
    address="Calle San Pablo, 47",
    postal_code="50003",
    city=CITY,
    phone="976 43 81 26",
    email=OWNER_EMAIL,
    founded_on=date(1987, 9, 14),
    description="Panadería familiar: pan de masa madre, bollería de mantequilla y dulces de"
    " temporada, hechos cada noche en la tienda.",
)

LOCATIONS = (
    LocationSpec(SHOP, LocationKind.BAKERY, "Calle San Pablo, 47", CITY, "976 43 81 26", 215),
)

USERS = (
    UserSpec(OWNER_EMAIL, "Carmen Ruiz Lahoz", UserRole.OWNER, SHOP),
    UserSpec("jesus.lahoz@panaderiasanpablo.com", "Jesús Lahoz Ibáñez", UserRole.BAKER, SHOP),
    UserSpec("ivan.gracia@panaderiasanpablo.com", "Iván Gracia Serrano", UserRole.BAKER, SHOP),
    UserSpec("pilar.gimeno@panaderiasanpablo.com", "Pilar Gimeno Aznar", UserRole.CASHIER, SHOP),
    UserSpec("noelia.pardos@panaderiasanpablo.com", "Noelia Pardos Gil", UserRole.CASHIER, SHOP),
    UserSpec(
        "ramon.blasco@panaderiasanpablo.com", "Ramón Blasco Marco", UserRole.CASHIER, SHOP, False
    ),
    UserSpec("sara.calvo@panaderiasanpablo.com", "Sara Calvo Beltrán", UserRole.CASHIER, SHOP),
)

SAN_PABLO = Profile(
    account_type=BusinessModel.INDIVIDUAL_BAKERY,
    business=BUSINESS,
    local_holidays=((1, 29), (3, 5), (4, 23)),  # San Valero, Cincomarzada, San Jorge
    locations=LOCATIONS,
    users=USERS,
    suppliers=SUPPLIERS,
    ingredients=pick_ingredients(policy.sku for policy in STOCK),
    stock=STOCK,
    recipes=RECIPES + SEASONAL_RECIPES,
    products=PRODUCTS,
    customers=CUSTOMERS,
    fiestas=(
        Fiesta("San Valero", (1, 28), (1, 29), 1.10),
        Fiesta("San Jorge", (4, 22), (4, 23), 1.08),
        Fiesta("Fiestas del Pilar", (10, 4), (10, 12), 1.18),
    ),
)
