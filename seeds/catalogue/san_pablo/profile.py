"""Panadería San Pablo, a bakery of its own in Zaragoza: one shop with its oven behind it."""

from datetime import date

from app.bakery.business.models import BusinessModel, LocationKind, UserRole
from app.bakery.orders.models import CustomerKind
from seeds.catalogue.builders import low_stock, short_dated, stock, supplier
from seeds.catalogue.ingredients import pick_ingredients
from seeds.catalogue.kinds import (
    BusinessSpec,
    CustomerSpec,
    LocationSpec,
    Profile,
    UserSpec,
)
from seeds.catalogue.san_pablo_range import PRODUCTS
from seeds.catalogue.san_pablo_recipes import RECIPES

CITY = "Zaragoza"
SHOP = "Panadería San Pablo"
OWNER_EMAIL = "demo.individual@panaderiasanpablo.com"

MILL = "Harinas del Ebro, S.L."
DAIRY = "Lácteos Valle del Gállego, S.A."
PASTRY_GOODS = "Suministros Pasteleros Aragón, S.L."
EGGS = "Granja Monegros, S.L."
PACKAGING = "Envases Cierzo, S.L."


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
    description="Panadería familiar del barrio de San Pablo. Pan de masa madre, bollería de"
    " mantequilla y dulces de temporada, hechos cada noche en el obrador de la tienda.",
)

LOCATIONS = (
    LocationSpec(SHOP, LocationKind.BAKERY, "Calle San Pablo, 47", CITY, "976 43 81 26", 40),
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
)


SUPPLIERS = (
    supplier(
        MILL,
        "B50629146",
        "Fernando Laborda",
        ("pedidos@harinasdelebro.example", "976 57 20 14", CITY),
        "Harinas",
        (2, 30, "150", 5),
    ),
    supplier(
        DAIRY,
        "A50288471",
        "Marta Sanz",
        ("comercial@vallegallego.example", "976 69 33 08", CITY),
        "Lácteos",
        (1, 15, "60", 4),
    ),
    supplier(
        PASTRY_GOODS,
        "B50103860",
        "Luis Arbués",
        ("pedidos@pastelerosaragon.example", "976 50 41 77", CITY),
        "Materias primas de pastelería",
        (3, 30, "120", 4),
    ),
    supplier(
        EGGS,
        "B22174635",
        "Ascensión Villa",
        ("granja@huevosmonegros.example", "976 16 25 90", CITY),
        "Huevos",
        (1, 15, "30", 5),
    ),
    supplier(
        PACKAGING,
        "B50319763",
        "Óscar Peiró",
        ("ventas@envasescierzo.example", "976 12 64 39", CITY),
        "Envases",
        (5, 60, "100", 3),
    ),
)


STOCK = (
    stock("HAR-001", MILL, "80", 6),
    stock("HAR-002", MILL, "60", 4),
    stock("HAR-003", MILL, "30", 2),
    low_stock("HAR-004", MILL, "20", 2),
    stock("LEV-001", DAIRY, "2", 5, second=PASTRY_GOODS),
    stock("LEV-002", PASTRY_GOODS, "0.5", 1),
    stock("SAL-001", MILL, "10", 1, second=PASTRY_GOODS),
    stock("AZU-001", PASTRY_GOODS, "20", 2, second=MILL),
    stock("AZU-002", PASTRY_GOODS, "2", 1),
    stock("AZU-003", PASTRY_GOODS, "1.5", 1),
    low_stock("LAC-001", DAIRY, "12", 3, second=PASTRY_GOODS),
    short_dated("LAC-002", DAIRY, "9", 2),
    short_dated("LAC-003", DAIRY, "3", 6, second=PASTRY_GOODS),
    stock("HUE-001", EGGS, "180", 10),
    stock("GRA-001", PASTRY_GOODS, "1.5", 2),
    stock("GRA-002", PASTRY_GOODS, "4", 2),
    stock("GRA-003", PASTRY_GOODS, "7", 1),
    low_stock("REL-001", PASTRY_GOODS, "6", 2),
    stock("REL-002", PASTRY_GOODS, "3", 2),
    stock("FRS-001", PASTRY_GOODS, "2", 2),
    stock("FRU-001", PASTRY_GOODS, "2", 1),
    stock("SEM-001", PASTRY_GOODS, "2", 1),
    stock("SEM-002", PASTRY_GOODS, "5", 2, second=MILL),
    low_stock("ESP-001", PASTRY_GOODS, "0.6", 2),
    stock("ENV-001", PACKAGING, "400", 2, "42"),
)


FROM_TUESDAY, WEEKEND, DAILY_ROUND = (1, 2, 3, 4, 5), (4, 5, 6), (0, 1, 2, 3, 4, 5, 6)


def _customer(
    name: str,
    kind: CustomerKind,
    contact: str,
    reach: tuple[str, str, str],
    rhythm: tuple[tuple[int, ...], float],
    basket: dict[str, int],
    notes: str | None = None,
) -> CustomerSpec:
    email, phone, address = reach
    lines = tuple(basket.items())
    return CustomerSpec(
        name, kind, contact, email, phone, address, CITY, *rhythm, lines, notes=notes
    )


def _person(
    name: str, email: str, phone: str, address: str, chance: float, basket: dict[str, int]
) -> CustomerSpec:
    reach = (f"{email}@correo.example", phone, address)
    return _customer(name, CustomerKind.PERSON, name, reach, (WEEKEND, chance), basket)


CUSTOMERS = (
    _customer(
        "Bar El Gancho",
        CustomerKind.BUSINESS,
        "Miguel Ángel Royo",
        ("barelgancho@hosteleria.example", "976 28 04 51", "Calle Predicadores, 32"),
        (FROM_TUESDAY, 0.96),
        {"PAN-01": 14, "PAN-02": 6, "BOL-01": 10},
        "Recoge él mismo a las 7:00 por la puerta del obrador.",
    ),
    _customer(
        "Residencia Nuestra Señora del Portillo",
        CustomerKind.BUSINESS,
        "Sor Teresa Lorente",
        ("cocina@residenciaportillo.example", "976 44 17 92", "Paseo María Agustín, 18"),
        (DAILY_ROUND, 0.55),
        {"PAN-03": 5, "BOL-04": 6},
        "Pan sin cortar. Factura a fin de mes.",
    ),
    _person(
        "Begoña Cortés Bueno",
        "begona.cortes",
        "636 41 70 25",
        "Calle Boggiero, 61, 2.º B",
        0.16,
        {"PAN-04": 2, "BOL-01": 6},
    ),
    _person(
        "Antonio Mateo Lázaro",
        "antonio.mateo",
        "655 08 93 14",
        "Calle Las Armas, 24",
        0.14,
        {"BOL-08": 1, "PAN-01": 3},
    ),
    _person(
        "Lucía Embid Royo",
        "lucia.embid",
        "609 77 31 58",
        "Calle Mayoral, 9, 1.º",
        0.12,
        {"BOL-01": 12, "BOL-02": 8},
    ),
    _person(
        "Javier Sancho Pueyo",
        "javier.sancho",
        "647 25 60 83",
        "Calle San Blas, 70",
        0.12,
        {"PAN-05": 1, "PAN-06": 1},
    ),
    _person(
        "Rosario Ferrer Lacasta",
        "rosario.ferrer",
        "618 90 42 06",
        "Plaza Santo Domingo, 3, 4.º A",
        0.14,
        {"BOL-04": 2, "BOL-03": 4},
    ),
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
    recipes=RECIPES,
    products=PRODUCTS,
    customers=CUSTOMERS,
)
