"""The products of Panadería San Pablo; each has a recipe of the same name."""

from dataclasses import replace

from seeds.calendar import Season
from seeds.catalogue.builders import bread, pastry, seasonal
from seeds.catalogue.kinds import DAILY, PASTRY, SINGLE

_RANGE = (
    bread("PAN-01", "Barra de pan", "1.10", 100, DAILY, "Barra de 250 g, corteza fina."),
    bread("PAN-02", "Chapata", "1.45", 34, DAILY, "Miga abierta y un toque de aceite de oliva."),
    bread("PAN-03", "Hogaza de pueblo", "3.60", 26, SINGLE, "Pieza de 1 kg que dura varios días."),
    bread("PAN-04", "Pan integral de masa madre", "3.40", 20, SINGLE, "Harina integral y miel."),
    bread("PAN-05", "Pan de centeno", "3.90", 10, SINGLE, "70 % centeno, en molde, 600 g."),
    bread("PAN-06", "Pan de semillas", "3.70", 14, SINGLE, "Lino, girasol, calabaza y sésamo."),
    pastry("BOL-01", "Croissant de mantequilla", "1.50", 46, PASTRY, "Mantequilla 100 %."),
    pastry("BOL-02", "Napolitana de chocolate", "1.70", 28, PASTRY, "Con dos barritas de cacao."),
    pastry("BOL-03", "Ensaimada de cabello de ángel", "1.90", 13, PASTRY, "Con manteca ibérica."),
    pastry(
        "BOL-04", "Magdalenas (bolsa de 6)", "3.20", 14, SINGLE, "Con copete, como las de casa."
    ),
    pastry("BOL-05", "Palmera de chocolate", "2.00", 16, DAILY, "Hojaldre bañado en cobertura."),
    pastry("BOL-06", "Caracola de canela", "1.60", 14, PASTRY, "Canela de Ceilán y glasa."),
    pastry("BOL-07", "Torta de aceite", "1.20", 11, DAILY, "Fina y crujiente, con sésamo."),
    pastry("BOL-08", "Bizcocho de nata", "6.50", 6, SINGLE, "Bizcocho de 500 g con almendra."),
    seasonal(
        "TEM-01",
        "Roscón de Reyes",
        "18.50",
        60,
        Season.ROSCON,
        SINGLE,
        "Relleno de nata, 600 g, con haba y figura.",
    ),
    seasonal(
        "TEM-02",
        "Buñuelos de viento (250 g)",
        "6.00",
        45,
        Season.BUNUELOS,
        SINGLE,
        "De Todos los Santos, con azúcar y canela.",
    ),
    seasonal(
        "TEM-03",
        "Torrija",
        "2.20",
        40,
        Season.TORRIJAS,
        PASTRY,
        "De Semana Santa, con almíbar de miel.",
    ),
)

PRODUCTS = tuple(replace(product, recipe=product.name) for product in _RANGE)
