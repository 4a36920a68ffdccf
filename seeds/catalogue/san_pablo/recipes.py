"""The recipe book of Panadería San Pablo.

Quantities are for one run. The baker's percentages (water, salt, yeast and fat against flour) are
in the instructions, because water comes from the tap and is not kept in stock. What wraps a piece
is part of its recipe, too, as in any costing: three of four barras leave in a bag of their own.
"""

from decimal import Decimal

from seeds.catalogue.kinds import RecipeSpec

BREAD, PASTRY, SEASONAL = "Panes", "Bollería", "Temporada"


def recipe(
    name: str,
    category: str,
    pieces: int,
    minutes: tuple[int, int, int],
    celsius: int,
    ingredients: dict[str, str],
    instructions: str,
) -> RecipeSpec:
    """A recipe for `pieces`; `minutes` are those of preparation, fermentation and baking."""
    weights = tuple((sku, Decimal(amount)) for sku, amount in ingredients.items())
    return RecipeSpec(name, category, pieces, *minutes, celsius, instructions, weights)


RECIPES = (
    recipe(
        "Barra de pan",
        BREAD,
        40,
        (35, 150, 22),
        230,
        {
            "HAR-001": "6.0",
            "HAR-007": "1.2",
            "SAL-001": "0.13",
            "LEV-001": "0.11",
            "ENV-001": "30",
        },
        "Agua: 4,75 l (66 %). Sal 1,8 % y levadura 1,5 %. Amasar 12 minutos hasta 24 °C, dividir en"
        " piezas de 300 g, reposar 20 minutos, formar y fermentar a 26 °C. Tres cortes y vapor.",
    ),
    recipe(
        "Chapata",
        BREAD,
        24,
        (30, 210, 25),
        235,
        {
            "HAR-001": "2.0",
            "HAR-002": "2.0",
            "GRA-002": "0.16",
            "SAL-001": "0.08",
            "LEV-001": "0.032",
            "ENV-001": "18",
        },
        "Agua: 3,12 l (78 %), en dos veces. Sal 2 %, aceite 4 %. Tres pliegues cada 40 minutos,"
        " cortar sin desgasificar sobre harina y cocer con mucho vapor.",
    ),
    recipe(
        "Hogaza de pueblo",
        BREAD,
        12,
        (40, 480, 50),
        225,
        {
            "HAR-007": "6.2",
            "HAR-004": "0.7",
            "SAL-001": "0.138",
            "LEV-001": "0.02",
            "ENV-001": "12",
        },
        "Agua: 4,9 l (71 %). Harina T80 y centeno, masa madre de la casa al 20 %, sal 2 %. Cuatro"
        " horas en bloque, piezas de 1 kg y banneton en frío. Bajar a 210 °C a los 15 minutos.",
    ),
    recipe(
        "Pan integral de masa madre",
        BREAD,
        14,
        (40, 480, 42),
        220,
        {
            "HAR-003": "3.2",
            "HAR-007": "2.2",
            "AZU-003": "0.16",
            "SAL-001": "0.108",
            "LEV-001": "0.016",
            "ENV-001": "14",
        },
        "Agua: 4,1 l (76 %). Autólisis de 45 minutos, masa madre al 25 %, miel 3 %, sal 2 %."
        " Piezas de 700 g; fermentar en frío hasta la mañana.",
    ),
    recipe(
        "Pan de centeno",
        BREAD,
        12,
        (30, 240, 55),
        210,
        {
            "HAR-004": "2.8",
            "HAR-007": "1.2",
            "SEM-002": "0.2",
            "SAL-001": "0.08",
            "LEV-001": "0.02",
            "ENV-001": "12",
        },
        "Agua templada: 3,1 l (78 %). Masa madre de centeno al 35 %, sal 2 %, semillas 5 %. Molde"
        " engrasado, 600 g por pieza, superficie enharinada. Dejar reposar un día antes de cortar.",
    ),
    recipe(
        "Pan de semillas",
        BREAD,
        12,
        (35, 240, 40),
        220,
        {
            "HAR-002": "2.4",
            "HAR-003": "1.4",
            "SEM-002": "0.95",
            "SEM-001": "0.25",
            "SAL-001": "0.076",
            "LEV-001": "0.03",
            "ENV-001": "12",
        },
        "Agua: 2,85 l (75 %), más la del remojo de las semillas. Sal 2 %. Añadir las semillas al"
        " final del amasado y rebozar la pieza en sésamo.",
    ),
    recipe(
        "Croissant de mantequilla",
        PASTRY,
        48,
        (75, 150, 18),
        190,
        {
            "HAR-002": "2.05",
            "LAC-002": "1.0",
            "AZU-001": "0.25",
            "LAC-001": "1.25",
            "LEV-001": "0.08",
            "SAL-001": "0.04",
            "HUE-001": "6",
            "ENV-005": "48",
        },
        "Leche 50 %, azúcar 12 %, mantequilla 60 % para el laminado. Tres vueltas sencillas con"
        " 30 minutos de frío entre ellas. Piezas de 90 g, fermentar a 26 °C y pintar con huevo.",
    ),
    recipe(
        "Napolitana de chocolate",
        PASTRY,
        36,
        (70, 140, 17),
        190,
        {
            "HAR-002": "1.6",
            "LAC-002": "0.8",
            "AZU-001": "0.19",
            "LAC-001": "0.72",
            "REL-001": "0.86",
            "LEV-001": "0.064",
            "SAL-001": "0.032",
            "HUE-001": "4",
            "ENV-005": "36",
        },
        "Masa de hojaldre fermentado. Dos barritas de cobertura por pieza (24 g). Pintar con huevo"
        " y dejar secar antes del horno.",
    ),
    recipe(
        "Ensaimada de cabello de ángel",
        PASTRY,
        30,
        (60, 600, 16),
        185,
        {
            "HAR-002": "1.5",
            "AZU-001": "0.35",
            "HUE-001": "8",
            "LAC-002": "0.3",
            "GRA-001": "0.6",
            "LEV-001": "0.06",
            "SAL-001": "0.018",
            "REL-002": "1.35",
            "AZU-002": "0.24",
            "ENV-005": "30",
        },
        "Estirar muy fina, untar con manteca (40 %), rellenar con 45 g y enrollar. Fermentar toda"
        " la noche. Azúcar glas al salir, ya templada.",
    ),
    recipe(
        "Magdalenas (bolsa de 6)",
        PASTRY,
        12,
        (25, 60, 16),
        210,
        {
            "HAR-001": "0.95",
            "AZU-001": "0.9",
            "HUE-001": "15",
            "GRA-002": "0.5",
            "GRA-003": "0.4",
            "LAC-002": "0.3",
            "LEV-002": "0.03",
            "FRU-002": "0.3",
            "ESP-001": "0.004",
            "ENV-004": "12",
        },
        "Montar huevo y azúcar, añadir leche, aceite y al final la harina con el impulsor. Reposo"
        " en frío de una hora: es lo que da el copete. Salen 72 piezas de 45 g, en bolsas de seis.",
    ),
    recipe(
        "Palmera de chocolate",
        PASTRY,
        30,
        (60, 90, 20),
        200,
        {
            "HAR-002": "1.1",
            "HAR-001": "0.5",
            "LAC-001": "1.0",
            "AZU-001": "0.5",
            "REL-001": "0.75",
            "SAL-001": "0.02",
            "ENV-005": "30",
        },
        "Hojaldre de seis vueltas sobre azúcar. Dar la vuelta a mitad de la cocción para que"
        " caramelice por las dos caras. Bañar fría en cobertura.",
    ),
    recipe(
        "Caracola de canela",
        PASTRY,
        30,
        (50, 120, 17),
        185,
        {
            "HAR-002": "1.6",
            "LAC-002": "0.75",
            "AZU-001": "0.35",
            "LAC-001": "0.65",
            "HUE-001": "5",
            "LEV-001": "0.07",
            "SAL-001": "0.025",
            "ESP-001": "0.045",
            "AZU-002": "0.3",
            "ENV-005": "30",
        },
        "Masa enriquecida estirada a 4 mm, mantequilla pomada, azúcar y canela. Cortar a 3 cm.",
    ),
    recipe(
        "Torta de aceite",
        PASTRY,
        40,
        (40, 60, 14),
        220,
        {
            "HAR-001": "2.0",
            "GRA-002": "0.72",
            "AZU-001": "0.4",
            "LEV-001": "0.04",
            "SAL-001": "0.03",
            "SEM-001": "0.12",
            "FRU-002": "0.2",
            "ENV-005": "40",
        },
        "Aceite 36 %, infusionado en frío con cáscara de limón. Estirar a mano muy fina, sésamo y"
        " azúcar por encima.",
    ),
    recipe(
        "Bizcocho de nata",
        PASTRY,
        8,
        (25, 0, 45),
        175,
        {
            "HAR-001": "1.1",
            "AZU-001": "1.0",
            "HUE-001": "16",
            "LAC-003": "1.0",
            "LEV-002": "0.04",
            "FRS-001": "0.24",
            "ENV-003": "8",
        },
        "Montar los huevos con el azúcar, incorporar la nata sin batir y la harina tamizada."
        " Almendra laminada por encima. Molde de 500 g.",
    ),
)
