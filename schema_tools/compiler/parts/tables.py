"""Tables: columns, partitions, inheritance, storage options, and the copying of their rows."""

from ...catalog.catalog import Catalog
from ...catalog.rows import Column, Constraint
from ...errors import UnsupportedObject
from ...plan import Phase
from ...text import SOURCE, comma, compose, ident, storage_options
from ..draft import Draft, Key
from .columns import add_column_options, add_defaults, define_column
from .tree import Table, gather_tables


def add_tables(draft: Draft, catalog: Catalog) -> None:
    """Add every table, its columns, its place in a tree, and its rows."""
    types_with_casts = {cast.source_oid for cast in catalog.casts}
    for table in gather_tables(catalog).values():
        with draft.refusing(table.key):
            _add_table(draft, table, catalog.server_version, types_with_casts)


def _add_table(draft: Draft, table: Table, server_version: int, types_with_casts: set[int]) -> None:
    _ensure_supported(table)
    draft.add(
        table.key,
        Phase.DEFINE,
        "table",
        table.row.name,
        _create(table, server_version),
        address=f"TABLE {table.name}",
        needs=_inherited_from(table),
    )
    draft.addresses[("pg_type", table.row.type_oid)] = f"TYPE {table.name}"
    add_defaults(draft, table)
    add_column_options(draft, table.row, table.columns, table)
    _add_checks(draft, table)
    if table.row.is_partition:
        _add_attachment(draft, table)
    if table.row.kind == "r":
        _add_rows(draft, table, types_with_casts)
    _add_row_security(draft, table)


def is_inline(constraint: Constraint) -> bool:
    """Tell whether a check is made with its table: not one whose function may read rows to come."""
    return bool(
        constraint.kind in ("c", "n") and constraint.is_validated and not constraint.calls_functions
    )


def _ensure_supported(table: Table) -> None:
    if len(table.parents) < len(table.row.parents or []):
        raise UnsupportedObject(
            "table", table.row.name, "it inherits from a table of another schema"
        )
    if table.row.of_type:
        raise UnsupportedObject("table", table.row.name, "typed tables (OF type) are not handled")
    if table.row.is_detaching:
        raise UnsupportedObject(
            "table",
            table.row.name,
            "its detachment is pending; finish it: DETACH PARTITION … FINALIZE",
        )
    if not table.inherits:
        return
    expected: list[str] = []
    for parent in table.parents:
        expected += [c.name for c in parent.columns if c.name not in expected]
    expected += [c.name for c in table.columns if c.name not in expected]
    if expected != [c.name for c in table.columns]:
        raise UnsupportedObject(
            "table",
            table.row.name,
            "its columns stand in another order than inheritance gives them"
            " (a column was added to its parent later); recreate the table",
        )


def _create(table: Table, server_version: int) -> str:
    row = table.row
    elements = [
        define_column(table, column, server_version)
        for column in table.columns
        if column.is_local or not table.inherits
    ]
    elements += [
        f"CONSTRAINT {ident(c.name)} {c.definition}"
        for c in table.constraints
        if is_inline(c) and (c.is_local or row.is_partition)
    ]
    unlogged = "UNLOGGED " if row.persistence == "u" else ""
    pieces = [f"CREATE {unlogged}TABLE {table.name} ({comma(elements)})"]
    if table.inherits:
        pieces.append(f"INHERITS ({comma([parent.name for parent in table.parents])})")
    if row.partition_key:
        pieces.append(f"PARTITION BY {row.partition_key}")
    if row.access_method and row.access_method != "heap":
        pieces.append(f"USING {ident(row.access_method)}")
    pieces.append(storage_options(row))
    if row.tablespace:
        pieces.append(f"TABLESPACE {ident(row.tablespace)}")
    return " ".join(piece for piece in pieces if piece)


def _inherited_from(table: Table) -> list[Key]:
    """The parents, and their defaults, which a child takes over when it is made."""
    needs: list[Key] = []
    for parent in table.parents if table.inherits else ():
        needs.append(parent.key)
        for column in parent.columns:
            needs.append((f"no default {column.number}", parent.row.oid))
            needs.append(("pg_attrdef", column.default_oid or 0))
    return needs


def _add_checks(draft: Draft, table: Table) -> None:
    """Claim checks and not-nulls; those that are not inline are added after the rows."""
    for constraint in table.constraints:
        if constraint.kind not in ("c", "n"):
            continue
        key: Key = ("pg_constraint", constraint.oid)
        draft.addresses[key] = f"CONSTRAINT {ident(constraint.name)} ON {table.name}"
        if is_inline(constraint) or not constraint.is_local:
            draft.claim(key, table.key if is_inline(constraint) else None)
            continue
        sql = compose(
            "ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
            table=table.name,
            name=ident(constraint.name),
            definition=constraint.definition,
        )
        identity = f"{table.row.name}.{constraint.name}"
        needs = [("rows", table.row.oid), table.key]
        draft.add(key, Phase.KEYS, "check", identity, sql, needs=needs)


def _add_attachment(draft: Draft, table: Table) -> None:
    (parent,) = table.parents
    sql = compose(
        "ALTER TABLE ONLY {parent} ATTACH PARTITION {table} {bound}",
        parent=parent.name,
        table=table.name,
        bound=table.row.partition_bound or "",
    )
    key = ("attachment", table.row.oid)
    draft.add(key, Phase.DEFINE, "partition", table.row.name, sql, needs=[table.key, parent.key])


def _add_rows(draft: Draft, table: Table, types_with_casts: set[int]) -> None:
    columns = [column for column in table.columns if not column.generated]
    into = (
        f"({comma([ident(c.name) for c in columns])}) OVERRIDING SYSTEM VALUE " if columns else ""
    )
    sql = compose(
        "INSERT INTO {table} {into}SELECT {columns} FROM ONLY {source}",
        table=table.name,
        into=into,
        columns=comma([_value(column, types_with_casts) for column in columns]),
        source=f"{SOURCE}.{ident(table.row.name)}",
    )
    draft.add(
        ("rows", table.row.oid),
        Phase.ROWS,
        "rows",
        table.row.name,
        sql,
        needs=[table.key, ("attachment", table.row.oid)],
        size=table.row.size,
    )


def _value(column: Column, types_with_casts: set[int]) -> str:
    """A column's value as the clone's type: an enum of the source becomes one through its text.

    A type with casts of its own might be turned into some other text; `format` never uses a cast.
    """
    name = ident(column.name)
    if not column.is_own_type:
        return name
    if column.type_oid in types_with_casts:
        text = f"CASE WHEN {name} IS DISTINCT FROM NULL THEN pg_catalog.format('%s', {name}) END"
        return f"({text})::{column.type}"
    return f"{name}::pg_catalog.text::{column.type}"


def _add_row_security(draft: Draft, table: Table) -> None:
    actions = []
    if table.row.row_security:
        actions.append("ENABLE ROW LEVEL SECURITY")
    if table.row.force_row_security:
        actions.append("FORCE ROW LEVEL SECURITY")
    if actions:
        sql = compose("ALTER TABLE {table} {actions}", table=table.name, actions=comma(actions))
        needs = [("rows", table.row.oid), table.key]
        draft.add(
            ("row security", table.row.oid),
            Phase.LOGIC,
            "row security",
            table.row.name,
            sql,
            needs=needs,
        )
