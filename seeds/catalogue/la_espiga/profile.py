"""Panadería La Espiga, a central workshop in Valladolid with three shops that it supplies."""

from datetime import date

from app.bakery.business.models import BusinessModel, LocationKind, UserRole
from seeds.calendar import Fiesta
from seeds.catalogue.ingredients import pick_ingredients
from seeds.catalogue.kinds import BusinessSpec, LocationSpec, Profile, UserSpec
from seeds.catalogue.la_espiga.customers import CENTRO, CITY, CUSTOMERS, DELICIAS, PARQUESOL
from seeds.catalogue.la_espiga.products import PRODUCTS
from seeds.catalogue.la_espiga.suppliers import STOCK, SUPPLIERS

WORKSHOP = "Obrador central"
OWNER_EMAIL = "demo.central@panaderialaespiga.com"

BUSINESS = BusinessSpec(
    name="Panadería La Espiga",
    legal_name="Panificadora La Espiga de Castilla, S.L.",
    tax_id="B47361522",
    address="Calle del Cromo, 18, Polígono San Cristóbal",
    postal_code="47012",
    city=CITY,
    phone="983 21 47 60",
    email=OWNER_EMAIL,
    founded_on=date(1972, 5, 2),
    description="Obrador central con tres tiendas en Valladolid, que de madrugada reparte también"
    " a hoteles y cafeterías.",
)

LOCATIONS = (
    LocationSpec(
        WORKSHOP,
        LocationKind.WORKSHOP,
        "Calle del Cromo, 18, Polígono San Cristóbal",
        CITY,
        "983 21 47 60",
        0,
    ),
    LocationSpec(CENTRO, LocationKind.SHOP, "Calle Santiago, 22", CITY, "983 35 10 47", 164),
    LocationSpec(
        DELICIAS, LocationKind.SHOP, "Paseo de Juan Carlos I, 58", CITY, "983 27 64 10", 144
    ),
    LocationSpec(
        PARQUESOL, LocationKind.SHOP, "Calle Hernando de Acuña, 31", CITY, "983 34 92 05", 124
    ),
)


def _user(
    name: str, full_name: str, role: UserRole, location: str, is_active: bool = True
) -> UserSpec:
    return UserSpec(f"{name}@panaderialaespiga.com", full_name, role, location, is_active)


USERS = (
    UserSpec(OWNER_EMAIL, "Francisco Javier Martín Alonso", UserRole.OWNER, WORKSHOP),
    _user("teresa.alonso", "Teresa Alonso Vega", UserRole.MANAGER, WORKSHOP),
    _user("julian.arroyo", "Julián Arroyo Sáez", UserRole.BAKER, WORKSHOP),
    _user("samuel.pinto", "Samuel Pinto Carvalho", UserRole.BAKER, WORKSHOP),
    _user("mercedes.cuesta", "Mercedes Cuesta Rojo", UserRole.BAKER, WORKSHOP),
    _user("beatriz.velasco", "Beatriz Velasco Sanz", UserRole.MANAGER, CENTRO),
    _user("ines.toribio", "Inés Toribio Lara", UserRole.CASHIER, CENTRO),
    _user("raul.casado", "Raúl Casado Nieto", UserRole.MANAGER, DELICIAS),
    _user("yolanda.merino", "Yolanda Merino Paz", UserRole.CASHIER, DELICIAS),
    _user("elena.herrero", "Elena Herrero Bravo", UserRole.MANAGER, PARQUESOL),
    _user("andrea.marcos", "Andrea Marcos Gil", UserRole.CASHIER, PARQUESOL),
    _user("sergio.blanco", "Sergio Blanco Rubio", UserRole.CASHIER, CENTRO, is_active=False),
    _user("victor.redondo", "Víctor Redondo Frías", UserRole.BAKER, WORKSHOP),
    _user("nadia.benali", "Nadia Benali Amrani", UserRole.BAKER, WORKSHOP),
)

LA_ESPIGA = Profile(
    account_type=BusinessModel.CENTRAL_BAKER,
    business=BUSINESS,
    local_holidays=((4, 23), (5, 13), (9, 8)),  # Castilla y León, San Pedro Regalado, San Lorenzo
    locations=LOCATIONS,
    users=USERS,
    suppliers=SUPPLIERS,
    ingredients=pick_ingredients(policy.sku for policy in STOCK),
    stock=STOCK,
    recipes=(),
    products=PRODUCTS,
    customers=CUSTOMERS,
    fiestas=(
        Fiesta("San Pedro Regalado", (5, 10), (5, 13), 1.08),
        Fiesta("Ferias de la Virgen de San Lorenzo", (9, 4), (9, 13), 1.15),
    ),
)
