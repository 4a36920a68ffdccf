"""The recipe book of Panadería San Pablo.

Quantities are for one run. The baker's percentages (water, salt, yeast and fat against flour) are
in the instructions, because water comes from the tap and is not kept in stock.
"""

from decimal import Decimal

from seeds.catalogue.kinds import RecipeSpec

BREAD, PASTRY, SEASONAL = "Panes", "Bollería", "Temporada"


def _recipe(
    name: str,
    category: str,
    pieces: int,
    minutes: tuple[int, int, int],
    celsius: int,
    ingredients: dict[str, str],
    instructions: str,
) -> RecipeSpec:
    weights = tuple((sku, Decimal(amount)) for sku, amount in ingredients.items())
    return RecipeSpec(name, category, pieces, *minutes, celsius, instructions, weights)


RECIPES = (
    _recipe(
        "Barra de pan",
        BREAD,
        40,
        (35, 150, 22),
        230,
        {"HAR-001": "7.2", "SAL-001": "0.13", "LEV-001": "0.11"},
        "Agua: 4,75 l (66 %). Sal 1,8 % y levadura 1,5 %. Amasar 12 minutos hasta 24 °C, dividir en"
        " piezas de 300 g, reposar 20 minutos, formar y fermentar a 26 °C. Tres cortes y vapor.",
    ),
    _recipe(
        "Chapata",
        BREAD,
        24,
        (30, 210, 25),
        235,
        {
            "HAR-001": "2.0",
            "HAR-002": "2.0",
            "GRA-002": "0.1",
            "SAL-001": "0.08",
            "LEV-001": "0.032",
        },
        "Agua: 3,12 l (78 %), en dos veces. Sal 2 %, aceite 2,5 %. Tres pliegues cada 40 minutos,"
        " cortar sin desgasificar sobre harina y cocer con mucho vapor.",
    ),
    _recipe(
        "Hogaza de pueblo",
        BREAD,
        12,
        (40, 480, 50),
        225,
        {"HAR-001": "6.2", "HAR-004": "0.7", "SAL-001": "0.138", "LEV-001": "0.02"},
        "Agua: 4,9 l (71 %). Masa madre de la casa al 20 %, sal 2 %. Fermentación en bloque de"
        " cuatro horas, formar piezas de 1 kg y banneton en frío. Bajar a 210 °C tras 15 minutos.",
    ),
    _recipe(
        "Pan integral de masa madre",
        BREAD,
        14,
        (40, 480, 42),
        220,
        {
            "HAR-003": "4.2",
            "HAR-002": "1.2",
            "AZU-003": "0.11",
            "SAL-001": "0.108",
            "LEV-001": "0.016",
        },
        "Agua: 4,1 l (76 %). Autólisis de 45 minutos, masa madre al 25 %, miel 2 %, sal 2 %."
        " Piezas de 700 g; fermentar en frío hasta la mañana.",
    ),
    _recipe(
        "Pan de centeno",
        BREAD,
        12,
        (30, 240, 55),
        210,
        {"HAR-004": "2.8", "HAR-002": "1.2", "SAL-001": "0.08", "LEV-001": "0.02"},
        "Agua templada: 3,1 l (78 %). Masa madre de centeno al 35 %, sal 2 %. Molde engrasado,"
        " 600 g por pieza, superficie enharinada. Dejar reposar un día antes de cortar.",
    ),
    _recipe(
        "Pan de semillas",
        BREAD,
        12,
        (35, 240, 40),
        220,
        {
            "HAR-002": "2.4",
            "HAR-003": "1.4",
            "SEM-002": "0.75",
            "SEM-001": "0.15",
            "SAL-001": "0.076",
            "LEV-001": "0.03",
        },
        "Agua: 2,85 l (75 %), más la del remojo de las semillas. Sal 2 %. Añadir las semillas al"
        " final del amasado y rebozar la pieza en sésamo.",
    ),
    _recipe(
        "Croissant de mantequilla",
        PASTRY,
        48,
        (75, 150, 18),
        190,
        {
            "HAR-002": "1.5",
            "LAC-002": "0.75",
            "AZU-001": "0.18",
            "LAC-001": "0.75",
            "LEV-001": "0.06",
            "SAL-001": "0.03",
            "HUE-001": "2",
        },
        "Leche 50 %, azúcar 12 %, mantequilla 50 % para el laminado. Tres vueltas sencillas con"
        " 30 minutos de frío entre ellas. Piezas de 65 g, fermentar a 26 °C y pintar con huevo.",
    ),
    _recipe(
        "Napolitana de chocolate",
        PASTRY,
        36,
        (70, 140, 17),
        190,
        {
            "HAR-002": "1.2",
            "LAC-002": "0.6",
            "AZU-001": "0.144",
            "LAC-001": "0.55",
            "REL-001": "0.54",
            "LEV-001": "0.048",
            "SAL-001": "0.024",
            "HUE-001": "2",
        },
        "Masa de hojaldre fermentado. Dos barritas de cobertura por pieza (15 g). Pintar con huevo"
        " y dejar secar antes del horno.",
    ),
    _recipe(
        "Ensaimada de cabello de ángel",
        PASTRY,
        30,
        (60, 600, 16),
        185,
        {
            "HAR-002": "1.3",
            "AZU-001": "0.3",
            "HUE-001": "4",
            "LAC-002": "0.3",
            "GRA-001": "0.4",
            "LEV-001": "0.05",
            "SAL-001": "0.015",
            "REL-002": "0.6",
            "AZU-002": "0.1",
        },
        "Estirar muy fina, untar con manteca (30 %), rellenar con 20 g y enrollar. Fermentar toda"
        " la noche. Azúcar glas al salir, ya templada.",
    ),
    _recipe(
        "Magdalenas (bolsa de 6)",
        PASTRY,
        12,
        (25, 60, 16),
        210,
        {
            "HAR-001": "0.85",
            "AZU-001": "0.8",
            "HUE-001": "12",
            "GRA-003": "0.7",
            "LAC-002": "0.3",
            "LEV-002": "0.03",
            "ESP-001": "0.004",
        },
        "Montar huevo y azúcar, añadir leche, aceite y al final la harina con el impulsor. Reposo"
        " en frío de una hora: es lo que da el copete. Salen 72 piezas de 45 g.",
    ),
    _recipe(
        "Palmera de chocolate",
        PASTRY,
        30,
        (60, 90, 20),
        200,
        {
            "HAR-002": "1.0",
            "HAR-001": "0.4",
            "LAC-001": "0.8",
            "AZU-001": "0.4",
            "REL-001": "0.5",
            "SAL-001": "0.02",
        },
        "Hojaldre de seis vueltas sobre azúcar. Dar la vuelta a mitad de la cocción para que"
        " caramelice por las dos caras. Bañar fría en cobertura.",
    ),
    _recipe(
        "Caracola de canela",
        PASTRY,
        30,
        (50, 120, 17),
        185,
        {
            "HAR-002": "1.2",
            "LAC-002": "0.55",
            "AZU-001": "0.25",
            "LAC-001": "0.35",
            "HUE-001": "3",
            "LEV-001": "0.05",
            "SAL-001": "0.02",
            "ESP-001": "0.03",
            "AZU-002": "0.12",
        },
        "Masa enriquecida estirada a 4 mm, mantequilla pomada, azúcar y canela. Cortar a 3 cm.",
    ),
    _recipe(
        "Torta de aceite",
        PASTRY,
        40,
        (40, 60, 14),
        220,
        {
            "HAR-001": "1.6",
            "GRA-002": "0.45",
            "AZU-001": "0.3",
            "LEV-001": "0.03",
            "SAL-001": "0.025",
            "SEM-001": "0.06",
        },
        "Aceite 28 %, infusionado en frío con cáscara de limón. Estirar a mano muy fina, sésamo y"
        " azúcar por encima.",
    ),
    _recipe(
        "Bizcocho de nata",
        PASTRY,
        8,
        (25, 0, 45),
        175,
        {
            "HAR-001": "1.1",
            "AZU-001": "1.0",
            "HUE-001": "16",
            "LAC-003": "0.9",
            "LEV-002": "0.04",
            "FRS-001": "0.12",
        },
        "Montar los huevos con el azúcar, incorporar la nata sin batir y la harina tamizada."
        " Almendra laminada por encima. Molde de 500 g.",
    ),
    _recipe(
        "Roscón de Reyes",
        SEASONAL,
        10,
        (70, 300, 22),
        185,
        {
            "HAR-002": "2.6",
            "AZU-001": "0.5",
            "LAC-001": "0.5",
            "HUE-001": "10",
            "LAC-002": "0.6",
            "LEV-001": "0.1",
            "SAL-001": "0.03",
            "FRU-001": "0.6",
            "FRS-001": "0.2",
            "LAC-003": "0.8",
        },
        "Masa de 600 g aromatizada con azahar y ralladura de naranja y limón. Haba y figura."
        " Fruta escarchada y almendra antes del horno; abrir y rellenar de nata en frío.",
    ),
    _recipe(
        "Buñuelos de viento (250 g)",
        SEASONAL,
        20,
        (60, 0, 30),
        180,
        {
            "HAR-001": "0.9",
            "LAC-002": "1.2",
            "LAC-001": "0.25",
            "HUE-001": "18",
            "AZU-001": "0.5",
            "GRA-003": "0.8",
            "ESP-001": "0.01",
        },
        "Pasta choux: escaldar la harina, añadir los huevos de uno en uno. Freír a 180 °C en"
        " tandas pequeñas y rebozar en azúcar y canela.",
    ),
    _recipe(
        "Torrija",
        SEASONAL,
        40,
        (50, 720, 20),
        180,
        {
            "HAR-002": "1.6",
            "LAC-002": "4.0",
            "HUE-001": "10",
            "AZU-001": "0.8",
            "GRA-003": "0.6",
            "ESP-001": "0.03",
            "AZU-003": "0.3",
            "LEV-001": "0.03",
            "SAL-001": "0.02",
        },
        "Pan de torrijas del día anterior en rebanadas de 3 cm. Infusionar la leche con canela y"
        " limón, remojar toda la noche, pasar por huevo, freír y bañar en almíbar de miel.",
    ),
)
