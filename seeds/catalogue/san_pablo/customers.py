"""The customers of Panadería San Pablo who order ahead: a bar, a home, neighbours."""

from app.bakery.orders.models import CustomerKind
from seeds.catalogue.kinds import CustomerSpec

CITY = "Zaragoza"

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
