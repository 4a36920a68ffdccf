"""The suppliers of Panadería La Espiga, and what its workshop keeps and uses of their goods."""

from seeds.catalogue.builders import low_stock, short_dated, stock, supplier
from seeds.catalogue.la_espiga.customers import CITY

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
        (1, 30, "300", 5),
    ),
    supplier(
        ORGANIC_MILL,
        "B47529086",
        "Clara Zorita",
        ("molino@ecoduero.example", "983 88 02 61", "Peñafiel"),
        "Harinas ecológicas",
        (2, 30, "150", 4),
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
        (1, 15, "150", 5),
    ),
    supplier(
        PASTRY_GOODS,
        "B37194628",
        "Ignacio Bermejo",
        ("ventas@dulcinor.example", "923 18 66 04", "Salamanca"),
        "Materias primas de pastelería",
        (1, 45, "200", 4),
    ),
    supplier(
        OILS,
        "A28066355",
        "Patricia Coca",
        ("pedidos@grasasmeseta.example", "916 85 21 97", "Madrid"),
        "Aceites y grasas",
        (2, 30, "70", 3),
    ),
    supplier(
        NUTS,
        "B47482302",
        "Isidro Rebollo",
        ("tienda@semillaspucela.example", "983 30 77 48", CITY),
        "Frutos secos y semillas",
        (2, 30, "70", 4),
    ),
    supplier(
        PACKAGING,
        "B09217548",
        "Sonia Hortigüela",
        ("pedidos@cartonajesnorte.example", "947 29 13 85", "Burgos"),
        "Envases",
        (2, 60, "150", 3),
    ),
)

# `daily_use` is what the whole workshop takes on an average day: its recipes are not in here.
STOCK = (
    stock("HAR-001", MILL, "1100", 53, "220", ORGANIC_MILL),
    stock("HAR-002", MILL, "410", 20, "82", ORGANIC_MILL),
    low_stock("HAR-003", MILL, "130", 6, "27", ORGANIC_MILL),
    low_stock("HAR-005", ORGANIC_MILL, "75", 3, "12", MILL),
    stock("HAR-006", MILL, "190", 9, "38"),
    stock("HAR-007", ORGANIC_MILL, "110", 4, "18", MILL),
    stock("LEV-001", DAIRY, "32", 38, "6.4", PASTRY_GOODS),
    stock("LEV-002", PASTRY_GOODS, "0.66", 2, "0.13"),
    stock("SAL-001", MILL, "33", 2, "6.5", PASTRY_GOODS),
    stock("AZU-001", PASTRY_GOODS, "67", 3, "13", OILS),
    stock("AZU-002", PASTRY_GOODS, "10", 2, "2.1"),
    stock("AZU-003", PASTRY_GOODS, "3.0", 2, "0.59"),
    low_stock("LAC-001", DAIRY, "140", 34, "28", OILS),
    short_dated("LAC-002", DAIRY, "130", 16, "32", PASTRY_GOODS),
    short_dated("LAC-003", DAIRY, "17", 12, "4.2", PASTRY_GOODS),
    stock("HUE-001", EGGS, "1390", 55, "280"),
    stock("GRA-001", OILS, "17", 9, "2.9", PASTRY_GOODS),
    stock("GRA-002", OILS, "9.6", 2, "1.6"),
    stock("GRA-003", OILS, "21", 4, "3.5"),
    low_stock("REL-001", PASTRY_GOODS, "26", 6, "5.2", NUTS),
    stock("REL-003", PASTRY_GOODS, "35", 8, "7.0"),
    stock("FRS-001", NUTS, "1.1", 1, "0.18", PASTRY_GOODS),
    stock("FRS-002", NUTS, "9.3", 2, "1.5", PASTRY_GOODS),
    stock("SEM-002", NUTS, "15", 3, "2.6", ORGANIC_MILL),
    stock("FRU-001", PASTRY_GOODS, "1.9", 1, "0.38", NUTS),
    stock("FRU-002", PASTRY_GOODS, "5.0", 1, "1.2"),
    stock("ESP-001", NUTS, "0.11", 1, "0.02", PASTRY_GOODS),
    low_stock("ENV-002", PACKAGING, "420", 8, "70"),
    stock("ENV-001", PACKAGING, "5540", 11, "920"),
    stock("ENV-003", PACKAGING, "410", 4, "69"),
    stock("ENV-004", PACKAGING, "630", 6, "100"),
    stock("ENV-005", PACKAGING, "7330", 7, "1220"),
)
