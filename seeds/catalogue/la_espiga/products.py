"""The products of Panadería La Espiga, for its shops, hotels, restaurants and cafés."""

from seeds.calendar import Season
from seeds.catalogue.builders import bread, pastry, seasonal
from seeds.catalogue.kinds import DAILY, PASTRY, SINGLE

PRODUCTS = (
    bread("PAN-01", "Barra tradicional", "1.00", 100, DAILY, "Barra de 250 g de cada día."),
    bread("PAN-02", "Barra rústica", "1.35", 42, DAILY, "Fermentación larga y corteza gruesa."),
    bread("PAN-03", "Chapata", "1.50", 28, DAILY, "Alta hidratación, ideal para bocadillos."),
    bread("PAN-04", "Pan lechuguino", "3.20", 24, SINGLE, "El candeal de Valladolid, de 500 g."),
    bread("PAN-05", "Pan integral", "2.90", 20, SINGLE, "100 % integral, con masa madre."),
    bread("PAN-06", "Pan de espelta", "4.20", 11, SINGLE, "Espelta ecológica con semillas."),
    bread("PAN-07", "Pan de molde artesano", "3.60", 13, SINGLE, "Tierno, cortado, de 600 g."),
    bread("PAN-08", "Panecillo de servicio", "0.40", 10, PASTRY, "De 60 g, para hostelería."),
    pastry("BOL-01", "Croissant", "1.40", 44, PASTRY, "De mantequilla, hojaldrado a mano."),
    pastry("BOL-02", "Napolitana de chocolate", "1.60", 26, PASTRY, "Rellena de cobertura negra."),
    pastry("BOL-03", "Napolitana de crema", "1.60", 17, PASTRY, "Rellena de crema pastelera."),
    pastry("BOL-04", "Bollo suizo", "1.50", 15, PASTRY, "Esponjoso, con costra de azúcar."),
    pastry("BOL-05", "Magdalenas (bolsa de 6)", "3.10", 13, SINGLE, "De aceite y nata."),
    pastry("BOL-06", "Mantecados de Portillo (250 g)", "4.80", 8, SINGLE, "Receta vallisoletana."),
    pastry("BOL-07", "Minicroissants (bandeja de 20)", "11.00", 2, SINGLE, "Para desayunos."),
    seasonal(
        "TEM-01",
        "Roscón de Reyes",
        "19.90",
        60,
        Season.ROSCON,
        SINGLE,
        "Relleno de nata o trufa, 650 g.",
    ),
    seasonal(
        "TEM-02",
        "Buñuelos de viento (250 g)",
        "6.50",
        40,
        Season.BUNUELOS,
        SINGLE,
        "De Todos los Santos, rellenos de crema.",
    ),
    seasonal(
        "TEM-03",
        "Torrija de leche",
        "2.30",
        38,
        Season.TORRIJAS,
        PASTRY,
        "De Semana Santa, con canela.",
    ),
)
