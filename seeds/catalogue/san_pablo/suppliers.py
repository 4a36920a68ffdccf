"""The suppliers of Panadería San Pablo, and what it keeps of their goods."""

from seeds.catalogue.builders import low_stock, short_dated, stock, supplier

CITY = "Zaragoza"

MILL = "Harinas del Ebro, S.L."
DAIRY = "Lácteos Valle del Gállego, S.A."
PASTRY_GOODS = "Suministros Pasteleros Aragón, S.L."
EGGS = "Granja Monegros, S.L."
PACKAGING = "Envases Cierzo, S.L."

SUPPLIERS = (
    supplier(
        MILL,
        "B50629146",
        "Fernando Laborda",
        ("pedidos@harinasdelebro.example", "976 57 20 14", CITY),
        "Harinas",
        (1, 30, "150", 5),
    ),
    supplier(
        DAIRY,
        "A50288471",
        "Marta Sanz",
        ("comercial@vallegallego.example", "976 69 33 08", CITY),
        "Lácteos",
        (1, 15, "40", 4),
    ),
    supplier(
        PASTRY_GOODS,
        "B50103860",
        "Luis Arbués",
        ("pedidos@pastelerosaragon.example", "976 50 41 77", CITY),
        "Materias primas de pastelería",
        (2, 30, "120", 4),
    ),
    supplier(
        EGGS,
        "B22174635",
        "Ascensión Villa",
        ("granja@huevosmonegros.example", "976 16 25 90", CITY),
        "Huevos",
        (1, 15, "60", 5),
    ),
    supplier(
        PACKAGING,
        "B50319763",
        "Óscar Peiró",
        ("ventas@envasescierzo.example", "976 12 64 39", CITY),
        "Envases",
        (2, 60, "60", 3),
    ),
)

STOCK = (
    stock("HAR-001", MILL, "180", 8),
    stock("HAR-002", MILL, "110", 5),
    stock("HAR-003", MILL, "32", 2),
    low_stock("HAR-004", MILL, "19", 1),
    stock("HAR-007", MILL, "110", 5),
    stock("LEV-001", DAIRY, "6.0", 7, second=PASTRY_GOODS),
    stock("LEV-002", PASTRY_GOODS, "0.59", 1),
    stock("SAL-001", MILL, "8.2", 1, second=PASTRY_GOODS),
    stock("AZU-001", PASTRY_GOODS, "35", 1, second=MILL),
    stock("AZU-002", PASTRY_GOODS, "4.4", 1),
    stock("AZU-003", PASTRY_GOODS, "2.0", 1),
    low_stock("LAC-001", DAIRY, "35", 8, second=PASTRY_GOODS),
    short_dated("LAC-002", DAIRY, "27", 3),
    short_dated("LAC-003", DAIRY, "6.1", 5, second=PASTRY_GOODS),
    stock("HUE-001", EGGS, "470", 19),
    stock("GRA-001", PASTRY_GOODS, "4.8", 2),
    stock("GRA-002", PASTRY_GOODS, "10", 2),
    stock("GRA-003", PASTRY_GOODS, "5.3", 1),
    low_stock("REL-001", PASTRY_GOODS, "17", 3),
    stock("REL-002", PASTRY_GOODS, "9.4", 3),
    stock("FRS-001", PASTRY_GOODS, "2.3", 2),
    stock("FRS-002", PASTRY_GOODS, "16", 3),
    stock("FRS-003", PASTRY_GOODS, "3.1", 3),
    stock("FRU-001", PASTRY_GOODS, "15", 6),
    stock("FRU-002", PASTRY_GOODS, "4.3", 1),
    stock("SEM-001", PASTRY_GOODS, "2.2", 1),
    stock("SEM-002", PASTRY_GOODS, "8.0", 2, second=MILL),
    low_stock("ESP-001", PASTRY_GOODS, "0.41", 2),
    stock("ESP-002", PASTRY_GOODS, "1.8", 2),
    stock("ENV-001", PACKAGING, "2180", 4, "120"),
    stock("ENV-003", PACKAGING, "93", 1),
    stock("ENV-004", PACKAGING, "130", 1),
    stock("ENV-005", PACKAGING, "2070", 2),
)
