"""Lists as pages: columns, filters, sorting, paging and export, the same for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.bakery.api import tables
from app.bakery.labels import HEADINGS, LABELS
from app.bakery.listing import MOST_ROWS, ListQuery
from app.bakery.schemas import Page
from app.errors import InvalidRequest
from app.http.negotiation import CSV
from app.language.texts import _
from app.web.inside.forms import Fault, fault_of
from app.web.inside.frame import Shown, blueprint, in_bakery
from app.web.parts.notices import PARAMETER

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field of a row, how it is written, and where it leads."""

    key: str
    kind: str = "text"
    heading: str = ""
    sort: str = ""
    link: str = ""
    """An address with fields of the row: `/demo/pedidos/{id}`."""
    note: str = ""
    """Another field, in small type below."""
    wide: bool = False
    """Left out on a phone."""

    @property
    def title(self) -> str:
        """The column's heading."""
        return _(self.heading or HEADINGS.get(self.key, self.key)).removesuffix(" (€)")

    @property
    def is_number(self) -> bool:
        """True for what is written to the right."""
        return self.kind in ("euros", "cost", "amount", "quantity", "percent", "change", "minutes")

    def address(self, row: Any) -> str:
        """Return where a cell of this column leads."""
        return self.link.format_map(_Fields(row))


class _Fields(dict[str, Any]):
    def __init__(self, row: Any) -> None:
        super().__init__()
        self._row = row

    def __missing__(self, name: str) -> Any:
        return getattr(self._row, name)


@dataclass(frozen=True, slots=True)
class Filter:
    """A field above a list: a choice, or a day."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()

    @property
    def is_day(self) -> bool:
        """True for a day of the calendar."""
        return not self.choices


def choices_of(kind: type[StrEnum], every: str = "Todos") -> tuple[Choice, ...]:
    """Return the choices of a code, the first one being all of them."""
    return ("", every), *((value, text) for value, text in LABELS[kind].items())


@dataclass(frozen=True)
class ListPage:
    """A list: where it is, what it asks which service, and how it shows the API's answer.

    Its texts are in Spanish; they are translated where they are drawn.
    """

    title: str
    path: str
    things: tuple[str, str]
    query: type[ListQuery]
    fetch: Callable[[Session, Any], dict[str, Any]]
    schema: type[Page]
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    empty: str = "No hay nada que enseñar aquí todavía."
    search: str = "Buscar"
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameters that the page asks for where its address says nothing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, as its template shows it."""

    spec: ListPage
    page: Any
    asked: dict[str, str]
    fault: Fault | None = None

    def address(self, **changes: object) -> str:
        """Return the address of this list with other parameters; None takes one away."""
        merged = {**self.asked, **changes}
        kept = {name: value for name, value in merged.items() if value not in (None, "")}
        return f"{self.spec.path}?{urlencode(kept)}" if kept else self.spec.path

    def sorting(self, column: Column) -> tuple[str, str]:
        """Return where a column's heading leads, and how the list is sorted by it now."""
        name = column.sort
        now = self.asked.get("sort", "")
        state = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
        wanted = f"-{name}" if state == "ascending" else name
        return self.address(sort=wanted, page=None), state

    @property
    def export(self) -> str:
        """Where all rows are, as a table to save."""
        bare = {name: value for name, value in self.asked.items() if name != "page"}
        query = f"?{urlencode(bare)}" if bare else ""
        return f"{self.spec.path}.csv{query}"

    @property
    def first(self) -> int:
        """The place of the first row on this page."""
        return (int(self.page.page) - 1) * int(self.page.per_page) + 1

    @property
    def is_filtered(self) -> bool:
        """True if something was searched or chosen."""
        names = {"q", *(each.name for each in self.spec.filters)}
        return any(self.asked.get(name) for name in names)


def read_list(session: Session, spec: ListPage, **fixed: str) -> Listed:
    """Fetch the page of a list that the address asks for; what it asks wrongly is left out."""
    asked = {name: value for name, value in request.args.items() if name != PARAMETER and value}
    try:
        return _fetch(session, spec, asked, fixed)
    except (ValidationError, InvalidRequest) as error:
        listed = _fetch(session, spec, {}, fixed)
        return Listed(spec, listed.page, {}, fault_of(error))


def _fetch(
    session: Session, spec: ListPage, asked: dict[str, str], fixed: Mapping[str, str]
) -> Listed:
    query = spec.query.model_validate({**spec.defaults, **asked, **fixed})
    return Listed(spec, spec.schema.model_validate(spec.fetch(session, query)), asked)


def show_list(session: Session, spec: ListPage, template: str = "list.html", **more: Any) -> Shown:
    """Show a list on a page of its own."""
    listed = read_list(session, spec)
    status = listed.fault.status if listed.fault else 200
    return Shown(template, {"listed": listed, "title": _(spec.title), **more}, status)


def offer_table(module: str, spec: ListPage) -> None:
    """Give a list of a module the address `<its own>.csv`: all its rows as a table to save."""
    rule = spec.path.removeprefix(str(blueprint.url_prefix)) + ".csv"
    view = in_bakery(module)(lambda session: _table_of(session, spec))
    blueprint.add_url_rule(rule, f"table of {spec.path}", view)


def _table_of(session: Session, spec: ListPage) -> Response:
    """Answer with all rows of a list as the API's table."""
    asked = {name: value for name, value in request.args.items() if value and name != "page"}
    try:
        query = spec.query.model_validate({**spec.defaults, **asked})
    except ValidationError as error:
        raise InvalidRequest(" ".join(fault_of(error).sentences)) from None
    everything = query.model_copy(update={"page": 1, "per_page": MOST_ROWS})
    page = spec.schema.model_validate(spec.fetch(session, everything))
    response = Response(tables.render(page), content_type=f"{CSV}; charset=utf-8")
    name = spec.path.removeprefix("/demo/").replace("/", "-")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
