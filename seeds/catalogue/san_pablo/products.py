"""The products of Panadería San Pablo; each has a recipe of the same name."""

from dataclasses import replace

from seeds.calendar import Season
from seeds.catalogue.builders import bread, pastry, seasonal
from seeds.catalogue.kinds import DAILY, PASTRY, SINGLE

_RANGE = (
    bread("PAN-01", "Barra de pan", "1.10", 110, DAILY, "Barra de 250 g, corteza fina."),
    bread("PAN-02", "Chapata", "1.45", 36, DAILY, "Miga abierta y un toque de aceite de oliva."),
    bread("PAN-03", "Hogaza de pueblo", "3.90", 18, SINGLE, "Pieza de 1 kg que dura varios días."),
    bread("PAN-04", "Pan integral de masa madre", "3.40", 17, SINGLE, "Harina integral y miel."),
    bread("PAN-05", "Pan de centeno", "3.70", 8, SINGLE, "70 % centeno, en molde, 600 g."),
    bread("PAN-06", "Pan de semillas", "3.80", 12, SINGLE, "Lino, girasol, calabaza y sésamo."),
    pastry("BOL-01", "Croissant de mantequilla", "1.50", 52, PASTRY, "Mantequilla 100 %."),
    pastry("BOL-02", "Napolitana de chocolate", "1.70", 33, PASTRY, "Con dos barritas de cacao."),
    pastry("BOL-03", "Ensaimada de cabello de ángel", "1.90", 14, PASTRY, "Con manteca ibérica."),
    pastry(
        "BOL-04", "Magdalenas (bolsa de 6)", "3.30", 14, SINGLE, "Con copete, como las de casa."
    ),
    pastry("BOL-05", "Palmera de chocolate", "2.00", 20, DAILY, "Hojaldre bañado en cobertura."),
    pastry("BOL-06", "Caracola de canela", "1.70", 14, PASTRY, "Canela de Ceilán y glasa."),
    pastry("BOL-07", "Torta de aceite", "1.25", 10, DAILY, "Fina y crujiente, con sésamo."),
    pastry("BOL-08", "Bizcocho de nata", "6.90", 6, SINGLE, "Bizcocho de 500 g con almendra."),
    seasonal(
        "TEM-01",
        "Roscón de Reyes",
        "19.90",
        60,
        Season.ROSCON,
        SINGLE,
        "Relleno de nata, 600 g, con haba y figura.",
    ),
    seasonal(
        "TEM-02",
        "Buñuelos de viento (250 g)",
        "6.50",
        36,
        Season.BUNUELOS,
        SINGLE,
        "De Todos los Santos, con azúcar y canela.",
    ),
    seasonal(
        "TEM-03",
        "Torrija",
        "2.40",
        36,
        Season.TORRIJAS,
        PASTRY,
        "De Semana Santa, con almíbar de miel.",
    ),
    seasonal(
        "TEM-04",
        "Roscón de San Valero",
        "15.50",
        45,
        Season.SAN_VALERO,
        SINGLE,
        "El del 29 de enero, sin relleno, 500 g.",
    ),
    seasonal(
        "TEM-05",
        "Mona de Pascua",
        "6.80",
        38,
        Season.EASTER,
        SINGLE,
        "Bollo de azahar con huevo cocido y anisetes, 300 g.",
    ),
    seasonal(
        "TEM-06",
        "Panellets de piñones (250 g)",
        "13.50",
        22,
        Season.ALL_SAINTS,
        SINGLE,
        "De almendra molida, con piñón nacional.",
    ),
    seasonal(
        "TEM-07",
        "Huesos de santo (250 g)",
        "10.50",
        20,
        Season.ALL_SAINTS,
        SINGLE,
        "Mazapán relleno de yema.",
    ),
    seasonal(
        "TEM-08",
        "Turrón de yema tostada (300 g)",
        "12.90",
        18,
        Season.CHRISTMAS,
        SINGLE,
        "De almendra marcona, con la yema tostada.",
    ),
    seasonal(
        "TEM-09",
        "Polvorones de almendra (300 g)",
        "7.90",
        22,
        Season.CHRISTMAS,
        SINGLE,
        "Con manteca ibérica y canela, envueltos a mano.",
    ),
)

PRODUCTS = tuple(replace(product, recipe=product.name) for product in _RANGE)
