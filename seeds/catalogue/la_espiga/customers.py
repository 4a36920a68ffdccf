"""The customers of Panadería La Espiga: its own shops, and the hotels, restaurants, cafés and
schools of Valladolid that it bakes as much for again.
"""

from dataclasses import replace
from decimal import Decimal

from app.bakery.orders.models import CustomerKind
from seeds.catalogue.kinds import CustomerSpec

CITY = "Valladolid"
CENTRO, DELICIAS, PARQUESOL = "La Espiga Centro", "La Espiga Delicias", "La Espiga Parquesol"

SUMMER = (7, 8)
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


def _term_time(customer: CustomerSpec) -> CustomerSpec:
    """A customer who lives on pupils or students: shut on holidays and in summer."""
    return replace(customer, closed_months=SUMMER, closed_on_holidays=True)


def _agreed(
    customer: CustomerSpec, discount: str, minimum: str, window: tuple[int, int]
) -> CustomerSpec:
    """A customer with a discount, a minimum and hours of their own."""
    return replace(customer, window=window, discount=Decimal(discount), minimum=Decimal(minimum))


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
    _agreed(
        _business(
            "Hotel Campo Grande",
            "Silvia Rey Montes",
            ("cocina@hotelcampogrande.example", "983 30 18 66", "Acera de Recoletos, 9"),
            (EVERY_DAY, 0.97),
            {"PAN-08": 220, "BOL-07": 10, "PAN-07": 13, "BOL-02": 30},
            "Entregar antes de las 6:30 por la puerta de servicio.",
        ),
        "18",
        "25",
        (6 * 60, 6 * 60 + 30),
    ),
    _business(
        "Hotel Conde Ansúrez",
        "Gonzalo Prieto",
        ("desayunos@hotelansurez.example", "983 37 52 81", "Calle de las Angustias, 14"),
        (EVERY_DAY, 0.95),
        {"BOL-07": 9, "PAN-08": 155, "PAN-05": 8, "BOL-04": 26},
        "Factura con número de pedido.",
    ),
    _business(
        "Restaurante La Parrilla de Cervantes",
        "Mario Gallego Arranz",
        ("pedidos@parrilladecervantes.example", "983 33 06 94", "Calle del Rastro, 7"),
        (TUESDAY_TO_SUNDAY, 0.94),
        {"PAN-04": 20, "PAN-08": 140},
    ),
    _business(
        "Mesón El Pisuerga",
        "Herminia Calvo",
        ("mesonelpisuerga@hosteleria.example", "983 26 71 38", "Paseo de Isabel la Católica, 25"),
        (TUESDAY_TO_SUNDAY, 0.92),
        {"PAN-02": 52, "PAN-04": 18},
        "Los domingos, pan candeal bien cocido.",
    ),
    _business(
        "Cafetería Las Platerías",
        "Nuria Ortega",
        ("cafe@lasplaterias.example", "983 20 45 13", "Plaza de la Libertad, 4"),
        (MONDAY_TO_SATURDAY, 0.95),
        {"BOL-01": 62, "BOL-02": 28, "BOL-04": 24, "PAN-07": 8},
    ),
    _business(
        "Café Ateneo",
        "Daniel Zurdo Pascual",
        ("cafeateneo@hosteleria.example", "983 21 88 52", "Calle Teresa Gil, 11"),
        (MONDAY_TO_SATURDAY, 0.92),
        {"BOL-01": 46, "BOL-03": 20, "PAN-03": 18},
    ),
    _term_time(
        _business(
            "Colegio San Benito",
            "Administración de comedor",
            ("comedor@colegiosanbenito.example", "983 29 03 77", "Calle Jorge Guillén, 2"),
            (MONDAY_TO_FRIDAY, 0.96),
            {"PAN-01": 155, "PAN-05": 16},
            "Pan cortado. No hay comedor en festivos.",
        )
    ),
    _business(
        "Gastrobar Tierra de Pinares",
        "Alba Cuadrado",
        ("reservas@tierradepinares.example", "983 25 60 19", "Calle Correos, 6"),
        (WEEKEND, 0.94),
        {"PAN-03": 52, "PAN-06": 13, "BOL-06": 6},
    ),
    _term_time(
        _business(
            "Colegio Nuestra Señora de los Pinares",
            "Rosa María Tapia",
            ("secretaria@colegiolospinares.example", "983 47 15 20", "Calle Tórtola, 8"),
            (MONDAY_TO_FRIDAY, 0.96),
            {"PAN-01": 115, "PAN-05": 13, "BOL-05": 13},
            "Entregar a las 11:00 en cocina; magdalenas para la merienda.",
        )
    ),
    _term_time(
        _business(
            "CEIP Las Arcas Reales",
            "Comedor escolar",
            ("comedor@ceiparcasreales.example", "983 39 64 02", "Paseo del Cauce, 51"),
            (MONDAY_TO_FRIDAY, 0.96),
            {"PAN-01": 110},
            "Sin sésamo ni frutos de cáscara en el mismo cajón.",
        )
    ),
    _term_time(
        _business(
            "Residencia Universitaria Tenorio",
            "Paula Gutiérrez Sanz",
            ("cocina@residenciatenorio.example", "983 42 38 75", "Calle Real de Burgos, 20"),
            (EVERY_DAY, 0.93),
            {"PAN-01": 115, "BOL-01": 52, "PAN-07": 8},
            "En verano cierra la cocina.",
        )
    ),
    _business(
        "Residencia de Mayores Las Moreras",
        "Sor Inmaculada Prieto",
        ("compras@residencialasmoreras.example", "983 27 90 16", "Carretera de Rueda, 41"),
        (EVERY_DAY, 0.96),
        {"PAN-01": 75, "PAN-05": 10, "BOL-05": 13},
        "Pan sin sal los lunes, aviso por teléfono.",
    ),
    _business(
        "Hotel Puerta del Duero",
        "Andrés Villalba",
        ("recepcion@puertadelduero.example", "983 36 74 29", "Avenida de Salamanca, 85"),
        (EVERY_DAY, 0.94),
        {"BOL-07": 8, "PAN-08": 115, "BOL-03": 24},
    ),
    _business(
        "Restaurante El Lagar de Pimentel",
        "Fermín Casares",
        ("cocina@lagardepimentel.example", "983 39 60 43", "Acera de Recoletos, 3"),
        (TUESDAY_TO_SUNDAY, 0.93),
        {"PAN-04": 26, "PAN-08": 115},
        "Lechuguinos muy dorados para el lechazo.",
    ),
    _business(
        "Taberna La Cepa de Rueda",
        "Cristina Lobato",
        ("taberna@cepaderueda.example", "983 34 02 57", "Calle Pasión, 13"),
        (TUESDAY_TO_SUNDAY, 0.9),
        {"PAN-03": 56, "PAN-06": 10},
        "Chapatas de tapa, cortadas en cuatro.",
    ),
    _term_time(
        _business(
            "Cafetería La Facultad",
            "Óscar Manzano",
            ("pedidos@cafeterialafacultad.example", "983 18 44 61", "Paseo de Belén, 9"),
            (MONDAY_TO_FRIDAY, 0.95),
            {"BOL-01": 75, "BOL-02": 38, "PAN-03": 52, "PAN-01": 38},
            "Cierra en julio y agosto.",
        )
    ),
    _business(
        "Bar Los Soportales del Val",
        "Javier Sobrino",
        ("bar@soportalesdelval.example", "983 33 57 12", "Calle del Val, 5"),
        (TUESDAY_TO_SUNDAY, 0.9),
        {"PAN-02": 38, "PAN-08": 52},
    ),
    _business(
        "Cafetería Clínica Fuente Dorada",
        "Estrella Nieto",
        ("cafeteria@clinicafuentedorada.example", "983 42 04 88", "Calle Dulzaina, 2"),
        (EVERY_DAY, 0.97),
        {"BOL-01": 75, "BOL-04": 30, "PAN-01": 75, "PAN-03": 38, "BOL-02": 26},
        "Entrada de mercancías por el sótano.",
    ),
)
