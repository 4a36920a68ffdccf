"""The customers of Panadería La Espiga: its own shops, hotels, restaurants and cafés."""

from app.bakery.orders.models import CustomerKind
from seeds.catalogue.kinds import CustomerSpec

CITY = "Valladolid"
CENTRO, DELICIAS, PARQUESOL = "La Espiga Centro", "La Espiga Delicias", "La Espiga Parquesol"

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
MONDAY_TO_SATURDAY = (0, 1, 2, 3, 4, 5)
TUESDAY_TO_SUNDAY = (1, 2, 3, 4, 5, 6)
WEEKEND = (4, 5, 6)


def _shop(
    name: str, contact_name: str, email: str, phone: str, address: str, notes: str
) -> CustomerSpec:
    """A shop of our own: what it orders follows from what it sells, so its basket is empty."""
    return CustomerSpec(
        name,
        CustomerKind.SATELLITE,
        contact_name,
        email,
        phone,
        address,
        CITY,
        EVERY_DAY,
        1.0,
        (),
        location=name,
        notes=notes,
    )


def _business(
    name: str,
    contact_name: str,
    reach: tuple[str, str, str],
    rhythm: tuple[tuple[int, ...], float],
    basket: dict[str, int],
    notes: str | None = None,
) -> CustomerSpec:
    kind, lines = CustomerKind.BUSINESS, tuple(basket.items())
    return CustomerSpec(name, kind, contact_name, *reach, CITY, *rhythm, lines, notes=notes)


CUSTOMERS = (
    _shop(
        CENTRO,
        "Beatriz Velasco Sanz",
        "centro@panaderialaespiga.com",
        "983 35 10 47",
        "Calle Santiago, 22",
        "Reparto antes de las 6:45: después no se puede parar en la calle.",
    ),
    _shop(
        DELICIAS,
        "Raúl Casado Nieto",
        "delicias@panaderialaespiga.com",
        "983 27 64 10",
        "Paseo de Juan Carlos I, 58",
        "Segundo reparto de barras a las 12:00.",
    ),
    _shop(
        PARQUESOL,
        "Elena Herrero Bravo",
        "parquesol@panaderialaespiga.com",
        "983 34 92 05",
        "Calle Hernando de Acuña, 31",
        "Llave del almacén en el obrador.",
    ),
    _business(
        "Hotel Campo Grande",
        "Silvia Rey Montes",
        ("cocina@hotelcampogrande.example", "983 30 18 66", "Acera de Recoletos, 9"),
        (EVERY_DAY, 0.82),
        {"PAN-08": 60, "BOL-07": 3, "PAN-07": 4, "BOL-02": 12},
        "Entregar antes de las 6:30 por la puerta de servicio.",
    ),
    _business(
        "Hotel Conde Ansúrez",
        "Gonzalo Prieto",
        ("desayunos@hotelansurez.example", "983 37 52 81", "Calle de las Angustias, 14"),
        (EVERY_DAY, 0.6),
        {"BOL-07": 4, "PAN-08": 40, "PAN-05": 3},
        "Factura con número de pedido.",
    ),
    _business(
        "Restaurante La Parrilla de Cervantes",
        "Mario Gallego Arranz",
        ("pedidos@parrilladecervantes.example", "983 33 06 94", "Calle del Rastro, 7"),
        (TUESDAY_TO_SUNDAY, 0.55),
        {"PAN-04": 8, "PAN-08": 50},
    ),
    _business(
        "Mesón El Pisuerga",
        "Herminia Calvo",
        ("mesonelpisuerga@hosteleria.example", "983 26 71 38", "Paseo de Isabel la Católica, 25"),
        (TUESDAY_TO_SUNDAY, 0.45),
        {"PAN-02": 20, "PAN-04": 5},
        "Los domingos, pan candeal bien cocido.",
    ),
    _business(
        "Cafetería Las Platerías",
        "Nuria Ortega",
        ("cafe@lasplaterias.example", "983 20 45 13", "Plaza de la Libertad, 4"),
        (MONDAY_TO_SATURDAY, 0.5),
        {"BOL-01": 18, "BOL-02": 8, "BOL-04": 8, "PAN-07": 2},
    ),
    _business(
        "Café Ateneo",
        "Daniel Zurdo Pascual",
        ("cafeateneo@hosteleria.example", "983 21 88 52", "Calle Teresa Gil, 11"),
        (MONDAY_TO_SATURDAY, 0.4),
        {"BOL-01": 14, "BOL-03": 6, "PAN-03": 6},
    ),
    _business(
        "Colegio San Benito",
        "Administración de comedor",
        ("comedor@colegiosanbenito.example", "983 29 03 77", "Calle Jorge Guillén, 2"),
        (MONDAY_TO_FRIDAY, 0.55),
        {"PAN-01": 45, "PAN-05": 6},
        "Pan cortado. No hay comedor en festivos.",
    ),
    _business(
        "Gastrobar Tierra de Pinares",
        "Alba Cuadrado",
        ("reservas@tierradepinares.example", "983 25 60 19", "Calle Correos, 6"),
        (WEEKEND, 0.5),
        {"PAN-03": 12, "PAN-06": 4, "BOL-06": 3},
    ),
)
