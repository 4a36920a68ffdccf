"""Searching, sorting and paging of lists, the same for all of them."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.bakery.schemas import BIGGEST_ID, Query
from app.errors import InvalidRequest, NotFound
from app.http.negotiation import wants_csv
from app.language.texts import _
from app.validation import Text

TOTAL = "list_total"
"""The label of the number of all rows, in each row of a page."""
MOST_ROWS = 5000
"""The rows of a table to save, where no page is asked for."""

Rows = Select[*tuple[Any, ...]]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]

_ACCENTED = "ÁÀÂÄÃÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇáàâäãéèêëíìîïóòôöõúùûüñç"
_PLAIN = "aaaaaeeeeiiiiooooouuuuncaaaaaeeeeiiiiooooouuuunc"


class ListQuery(Query):
    """The part of the query string that all lists understand."""

    page: Annotated[int, Field(ge=1, description="Página, desde la 1.")] = 1
    per_page: Annotated[int, Field(ge=1, le=100, description="Elementos por página.")] = 25
    sort: Annotated[
        Text | None,
        Field(
            max_length=50, description="Dato que ordena la lista; con un guion delante, al revés."
        ),
    ] = None
    q: Annotated[Text | None, Field(max_length=100, description="Palabras que se buscan.")] = None


@dataclass(frozen=True)
class Listing:
    """The columns by which one list can be sorted and searched.

    `tie_breakers` are the primary key: appended to every order, they make it total, so that no
    item is on two pages or on none. `computed` rows come out of an aggregate that has all of them
    anyway: they are counted there, instead of once more. A long list is searched without folding
    each row: its `codes` have no accents, and `names` are a key, the key of the few rows that it
    refers to, and their name.
    """

    sorts: Mapping[str, Column]
    default: str
    tie_breakers: Sequence[Column]
    search: Sequence[Column] = ()
    codes: Sequence[Column] = ()
    names: Sequence[tuple[Column, Column, Column]] = ()
    computed: bool = False


def folded(column: Column) -> ColumnElement[str]:
    """A text column without accents and capitals, whatever the database's collation is."""
    return func.lower(func.translate(column, _ACCENTED, _PLAIN))


def fold(words: str) -> str:
    """Fold a search text as `folded` folds a column."""
    decomposed = unicodedata.normalize("NFKD", words)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def paginate(
    session: Session, statement: Rows, listing: Listing, query: ListQuery
) -> dict[str, Any]:
    """Fetch one page of a statement and the total, in one query.

    Raises:
        InvalidRequest: the list cannot be sorted that way.
        NotFound: the page is beyond the last one.
    """
    order = _order(listing, query.sort)
    if query.q:
        words = fold(query.q)
        found = [folded(column).contains(words, autoescape=True) for column in listing.search]
        found += [func.lower(code).contains(words, autoescape=True) for code in listing.codes]
        found += [
            key.in_(select(few).where(folded(name).contains(words, autoescape=True)))
            for key, few, name in listing.names
        ]
        statement = statement.where(or_(*found))
    count = select(func.count()).select_from(statement.subquery())
    total = func.count().over() if listing.computed else count.scalar_subquery()
    size = page_size(query)
    offset = (query.page - 1) * size
    page = statement.add_columns(total.label(TOTAL)).order_by(*order).limit(size).offset(offset)
    rows = session.execute(page).mappings() if offset <= BIGGEST_ID else ()
    items = [dict(row) for row in rows]
    totals = [item.pop(TOTAL) for item in items]
    if query.page > 1 and not items:
        last = _pages(session.scalar(count) or 0, size)
        raise NotFound(
            _("No hay tantas páginas: la última es la %(last)s.", last=last),
            code="page_out_of_range",
        )
    total_items = totals[0] if totals else 0
    return {
        "items": items,
        "page": query.page,
        "per_page": size,
        "pages": _pages(total_items, size),
        "total": total_items,
    }


def page_size(query: ListQuery) -> int:
    """Return the items of a page: a table to save has all of them, unless a page is asked for."""
    asked = query.model_fields_set & {"page", "per_page"}
    return MOST_ROWS if wants_csv() and not asked else query.per_page


def _pages(total: int, size: int) -> int:
    """Return the number of pages; an empty list has one, which is empty."""
    return max(1, -(-total // size))


def _order(listing: Listing, sort: str | None) -> list[ColumnElement[Any]]:
    wanted = sort or listing.default
    column = listing.sorts.get(wanted.removeprefix("-"))
    if column is None:
        names = ", ".join(sorted(listing.sorts))
        message = _("Se puede ordenar por: %(names)s; con un guion delante, al revés.", names=names)
        raise InvalidRequest(
            _("No se puede ordenar por «%(wanted)s».", wanted=wanted),
            errors={"query": {"sort": [message]}},
        )
    direction = column.desc() if wanted.startswith("-") else column.asc()
    if not _is_required(column):
        direction = direction.nulls_last()
    return [direction, *(key.asc() for key in listing.tie_breakers)]


def _is_required(column: Column) -> bool:
    """Return True for a table's column without nulls: its order is then that of its index."""
    return isinstance(column, InstrumentedAttribute) and not getattr(column, "nullable", True)


def fetch_one(session: Session, statement: Rows, missing: str) -> dict[str, Any]:
    """Return the one row of a statement as plain data.

    Raises:
        NotFound: there is none; `missing` says of what, in Spanish.
    """
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(missing)
    return dict(row)


def fetch_all(session: Session, statement: Rows) -> list[dict[str, Any]]:
    """Fetch all rows of a statement, as plain data."""
    return [dict(row) for row in session.execute(statement).mappings()]
