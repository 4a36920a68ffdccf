"""Finds what a person should look at: references that no catalog knows of."""

from ..catalog.catalog import Catalog
from ..plan import STATISTICS, Statement
from .draft import Draft
from .lexer import doubts_in_strings, mentions

_REWRITTEN = {"function", "procedure", "comment", STATISTICS}
"""Kinds whose text was looked through already, or is not SQL that will run."""


def add_warnings(draft: Draft, catalog: Catalog, statements: tuple[Statement, ...]) -> None:
    """Tell of objects elsewhere, of names in strings, and of rows that hold references."""
    for outsider in catalog.outsiders:
        key = (outsider.class_, outsider.oid)
        if key not in draft.claims and key not in catalog.borrowed:
            message = f"is outside and keeps to the source's {catalog.show(outsider.needed)}"
            draft.warn(outsider.kind, outsider.identity, message)
    for item in statements:
        if item.kind not in _REWRITTEN and mentions(item.sql, catalog.name):
            for doubt in doubts_in_strings(item.sql, catalog.name):
                draft.warn(item.kind, item.identity, doubt)
    _warn_of_references(draft, catalog)


def _warn_of_references(draft: Draft, catalog: Catalog) -> None:
    tables = {row.oid: row.name for row in catalog.relations if row.kind == "r"}
    for column in catalog.columns:
        if column.reference is None or column.relation not in tables:
            continue
        what = (
            "a large object that it comes to hold would be shared with the clone"
            if column.reference == "oid"
            else "its values are copied and go on naming the source's objects"
        )
        identity = f"{tables[column.relation]}.{column.name}"
        draft.warn("column", identity, f"is of type {catalog.show(column.type)}: {what}")
