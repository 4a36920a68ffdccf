"""The pages' places: a section for each module that the business model has."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A link of the navigation."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Section:
    """The pages of a module, the first one first."""

    module: str
    places: tuple[Place, ...]

    @property
    def title(self) -> str:
        """What the section is called."""
        return self.places[0].title

    @property
    def path(self) -> str:
        """Where it begins."""
        return self.places[0].path


def _section(module: str, *places: tuple[str, str]) -> Section:
    return Section(module, tuple(Place(title, f"/demo/{path}") for title, path in places))


SECTIONS = (
    _section(
        "business",
        ("Hoy", ""),
        ("Tu negocio", "negocio"),
        ("Equipo", "negocio/equipo"),
        ("Funciones", "negocio/funciones"),
    ),
    _section(
        "pos",
        ("Caja", "caja"),
        ("Tickets", "caja/tickets"),
        ("Abrir y cerrar", "caja/arqueo"),
        ("Productos", "productos"),
    ),
    _section(
        "orders",
        ("Pedidos", "pedidos"),
        ("Fijos", "pedidos/fijos"),
        ("Albaranes", "pedidos/albaranes"),
        ("Clientes", "clientes"),
    ),
    _section(
        "production",
        ("Producción", "produccion"),
        ("Propuesta", "produccion/propuesta"),
        ("Hornadas", "produccion/hornadas"),
    ),
    _section("recipes", ("Recetas", "recetas")),
    _section(
        "inventory",
        ("Inventario", "inventario"),
        ("Lotes", "inventario/lotes"),
        ("Movimientos", "inventario/movimientos"),
        ("Valor", "inventario/valor"),
        ("Mermas", "inventario/mermas"),
        ("Recuentos", "inventario/recuentos"),
    ),
    _section(
        "procurement",
        ("Compras", "compras"),
        ("Pedidos", "compras/pedidos"),
        ("Rondas", "compras/rondas"),
    ),
    _section("suppliers", ("Proveedores", "proveedores")),
    _section(
        "sales",
        ("Ventas", "ventas"),
        ("Por hora", "ventas/horas"),
        ("Por producto", "ventas/productos"),
        ("Por tienda", "ventas/tiendas"),
        ("Comparadas", "ventas/comparacion"),
    ),
    _section("forecasting", ("Previsiones", "previsiones")),
)


def sections_of(modules: Collection[str]) -> list[Section]:
    """Return the sections of a bakery that has these modules."""
    return [section for section in SECTIONS if section.module in modules]


def place_of(path: str) -> tuple[Section, Place]:
    """Return the section and the place that a page's path is in: the longest that begins it."""
    places = [(section, place) for section in SECTIONS for place in section.places]
    fitting = [
        (section, place)
        for section, place in places
        if f"{path}/".startswith(f"{place.path.rstrip('/')}/")
    ]
    return max(fitting, key=lambda found: len(found[1].path))
