"""Panadería La Espiga, a central workshop in Valladolid with three shops that it supplies."""

from datetime import date

from app.bakery.business.models import BusinessModel, LocationKind, UserRole
from seeds.catalogue.builders import low_stock, short_dated, stock, supplier
from seeds.catalogue.ingredients import pick_ingredients
from seeds.catalogue.kinds import BusinessSpec, LocationSpec, Profile, UserSpec
from seeds.catalogue.la_espiga_customers import CENTRO, CITY, CUSTOMERS, DELICIAS, PARQUESOL
from seeds.catalogue.la_espiga_range import PRODUCTS

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
    description="Obrador central con tres tiendas en Valladolid. Pan candeal, barras y bollería"
    " que salen cada madrugada hacia nuestras tiendas, hoteles, restaurantes y cafeterías.",
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
    LocationSpec(CENTRO, LocationKind.SHOP, "Calle Santiago, 22", CITY, "983 35 10 47", 16),
    LocationSpec(
        DELICIAS, LocationKind.SHOP, "Paseo de Juan Carlos I, 58", CITY, "983 27 64 10", 14
    ),
    LocationSpec(
        PARQUESOL, LocationKind.SHOP, "Calle Hernando de Acuña, 31", CITY, "983 34 92 05", 10
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
)

MILL = "Harinera de Tierra de Campos, S.A."
ORGANIC_MILL = "Molino Ecológico del Duero, S.L."
DAIRY = "Lácteos Páramo de León, S.L."
EGGS = "Avícola Montes Torozos, S.A."
PASTRY_GOODS = "Dulcinor Materias Primas, S.L."
OILS = "Aceites y Grasas Meseta, S.A."
NUTS = "Frutos Secos y Semillas Pucela, S.L."
PACKAGING = "Cartonajes Castilla Norte, S.L."

SUPPLIERS = (
    supplier(
        MILL,
        "A47006838",
        "Eugenio Matía",
        ("pedidos@harineratierracampos.example", "983 79 14 20", "Medina de Rioseco"),
        "Harinas",
        (2, 30, "300", 5),
    ),
    supplier(
        ORGANIC_MILL,
        "B47529086",
        "Clara Zorita",
        ("molino@ecoduero.example", "983 88 02 61", "Peñafiel"),
        "Harinas ecológicas",
        (4, 30, "180", 4),
    ),
    supplier(
        DAIRY,
        "B24390585",
        "Roberto Llamas",
        ("comercial@lacteosparamo.example", "987 64 37 15", "León"),
        "Lácteos",
        (1, 15, "120", 4),
    ),
    supplier(
        EGGS,
        "A47201371",
        "Consuelo Tejedor",
        ("pedidos@avicolatorozos.example", "983 72 50 33", "Tordesillas"),
        "Huevos",
        (1, 15, "80", 5),
    ),
    supplier(
        PASTRY_GOODS,
        "B37194628",
        "Ignacio Bermejo",
        ("ventas@dulcinor.example", "923 18 66 04", "Salamanca"),
        "Materias primas de pastelería",
        (3, 45, "200", 4),
    ),
    supplier(
        OILS,
        "A28066355",
        "Patricia Coca",
        ("pedidos@grasasmeseta.example", "916 85 21 97", "Madrid"),
        "Aceites y grasas",
        (3, 30, "150", 3),
    ),
    supplier(
        NUTS,
        "B47482302",
        "Isidro Rebollo",
        ("tienda@semillaspucela.example", "983 30 77 48", CITY),
        "Frutos secos y semillas",
        (2, 30, "90", 4),
    ),
    supplier(
        PACKAGING,
        "B09217548",
        "Sonia Hortigüela",
        ("pedidos@cartonajesnorte.example", "947 29 13 85", "Burgos"),
        "Envases",
        (5, 60, "150", 3),
    ),
)

# `daily_use` is what the whole workshop takes on an average day: its recipes are not in here.
STOCK = (
    stock("HAR-001", MILL, "190", 12, "34", ORGANIC_MILL),
    stock("HAR-002", MILL, "90", 6, "16", ORGANIC_MILL),
    low_stock("HAR-003", MILL, "60", 3, "6.5", ORGANIC_MILL),
    low_stock("HAR-005", ORGANIC_MILL, "50", 2, "4.2", MILL),
    stock("HAR-006", MILL, "75", 4, "11"),
    stock("LEV-001", DAIRY, "6", 10, "1.3", PASTRY_GOODS),
    stock("LEV-002", PASTRY_GOODS, "1", 2, "0.12"),
    stock("SAL-001", MILL, "12", 2, "1.5", PASTRY_GOODS),
    stock("AZU-001", PASTRY_GOODS, "35", 3, "5.2", OILS),
    stock("AZU-002", PASTRY_GOODS, "4", 2, "0.5"),
    low_stock("LAC-001", DAIRY, "40", 6, "4.8", OILS),
    short_dated("LAC-002", DAIRY, "35", 8, "9", PASTRY_GOODS),
    short_dated("LAC-003", DAIRY, "6", 8, "1.1", PASTRY_GOODS),
    stock("HUE-001", EGGS, "300", 18, "75"),
    stock("GRA-001", OILS, "5", 4, "0.8", PASTRY_GOODS),
    stock("GRA-002", OILS, "8", 4, "1.0"),
    stock("GRA-003", OILS, "12", 3, "1.8"),
    low_stock("REL-001", PASTRY_GOODS, "15", 3, "1.4", NUTS),
    stock("REL-003", PASTRY_GOODS, "9", 2, "1.1"),
    stock("FRS-001", NUTS, "3", 4, "0.35", PASTRY_GOODS),
    stock("SEM-002", NUTS, "6", 2, "0.7", ORGANIC_MILL),
    stock("FRU-001", PASTRY_GOODS, "5", 2, "0.15", NUTS),
    stock("ESP-001", NUTS, "0.4", 2, "0.03", PASTRY_GOODS),
    low_stock("ENV-002", PACKAGING, "300", 6, "20"),
    stock("ENV-001", PACKAGING, "800", 4, "75"),
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
)
