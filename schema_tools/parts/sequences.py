"""Sequences: free ones, those that a column owns, and their positions."""

from ..catalog import Catalog, Row
from ..draft import Draft, Key
from ..plan import Phase
from ..text import SOURCE, compose, ident, literal


def add_sequences(draft: Draft, catalog: Catalog) -> None:
    """Every sequence but those of identity columns, which come with their table; all positions."""
    tables = {row.oid: row.name for row in catalog["relations"]}
    for row in catalog["sequences"]:
        key: Key = ("pg_class", row.oid)
        draft.addresses[key] = f"SEQUENCE {ident(row.name)}"
        if row.ownership == "i":
            draft.claim(key, ("pg_class", row.owner_table))
        else:
            draft.add(key, Phase.DEFINE, "sequence", row.name, _create(row))
        if row.ownership == "a":
            sql = compose(
                "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                name=ident(row.name),
                table=ident(tables[row.owner_table]),
                column=ident(row.owner_column),
            )
            needs = [key, ("pg_class", row.owner_table)]
            draft.add(
                ("owned", row.oid), Phase.DEFINE, "sequence owner", row.name, sql, needs=needs
            )
        draft.add(
            ("position", row.oid),
            Phase.POSITIONS,
            "sequence position",
            row.name,
            _position(row),
            needs=[key],
        )


def options(row: Row) -> str:
    """A sequence's options, all of them."""
    return " ".join(
        (
            f"START WITH {row.start} INCREMENT BY {row.increment}",
            f"MINVALUE {row.minimum} MAXVALUE {row.maximum} CACHE {row.cache}",
            "CYCLE" if row.cycle else "NO CYCLE",
        )
    )


def _create(row: Row) -> str:
    unlogged = "UNLOGGED " if row.persistence == "u" else ""
    return compose(
        "CREATE {unlogged}SEQUENCE {name} AS {type} {options}",
        unlogged=unlogged,
        name=ident(row.name),
        type=row.type,
        options=options(row),
    )


def _position(row: Row) -> str:
    return compose(
        "SELECT pg_catalog.setval({name}::pg_catalog.regclass, last_value, is_called)"
        " FROM {source}.{sequence}",
        name=literal(ident(row.name)),
        source=SOURCE,
        sequence=ident(row.name),
    )
