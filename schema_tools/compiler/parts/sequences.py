"""Sequences: free ones, those that a column owns, and their positions."""

from ...catalog.catalog import Catalog
from ...catalog.rows import Sequence
from ...plan import Phase
from ...text import SOURCE, TARGET_IN_TEXT, compose, ident, in_target
from ..draft import Draft, Key


def add_sequences(draft: Draft, catalog: Catalog) -> None:
    """Add every sequence but those that come with an identity column, and all positions."""
    tables = {row.oid: row.name for row in catalog.relations}
    for row in catalog.sequences:
        key: Key = ("pg_class", row.oid)
        draft.addresses[key] = f"SEQUENCE {in_target(row.name)}"
        if row.ownership == "i":
            draft.claim(key, ("pg_class", row.owner_table or 0))
            _set_persistence(draft, row, key)
        else:
            draft.add(key, Phase.DEFINE, "sequence", row.name, _create(row))
        if row.ownership == "a":
            sql = compose(
                "ALTER SEQUENCE {name} OWNED BY {table}.{column}",
                name=in_target(row.name),
                table=in_target(tables[row.owner_table or 0]),
                column=ident(row.owner_column or ""),
            )
            needs = [key, ("pg_class", row.owner_table or 0)]
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


def _set_persistence(draft: Draft, row: Sequence, key: Key) -> None:
    """Give the sequence of an identity column a persistence that its table has not."""
    if row.persistence != row.owner_persistence:
        word = "UNLOGGED" if row.persistence == "u" else "LOGGED"
        sql = f"ALTER SEQUENCE {in_target(row.name)} SET {word}"
        own: Key = ("sequence persistence", row.oid)
        draft.add(own, Phase.DEFINE, "sequence persistence", row.name, sql, needs=[key])


def options(row: Sequence) -> str:
    """A sequence's options, all of them."""
    return " ".join(
        (
            f"START WITH {row.start} INCREMENT BY {row.increment}",
            f"MINVALUE {row.minimum} MAXVALUE {row.maximum} CACHE {row.cache}",
            "CYCLE" if row.cycle else "NO CYCLE",
        )
    )


def _create(row: Sequence) -> str:
    unlogged = "UNLOGGED " if row.persistence == "u" else ""
    return compose(
        "CREATE {unlogged}SEQUENCE {name} AS {type} {options}",
        unlogged=unlogged,
        name=in_target(row.name),
        type=row.type,
        options=options(row),
    )


def _position(row: Sequence) -> str:
    return compose(
        "SELECT pg_catalog.setval({name}::pg_catalog.regclass, last_value, is_called)"
        " FROM {source}.{sequence}",
        name=f"'{TARGET_IN_TEXT}.{ident(row.name).replace(chr(39), chr(39) * 2)}'",
        source=SOURCE,
        sequence=ident(row.name),
    )
