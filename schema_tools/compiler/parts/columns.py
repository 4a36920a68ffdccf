"""Columns: their definitions, defaults and options."""

from ...catalog.rows import Column, Relation, Sequence
from ...plan import Phase
from ...text import comma, compose, ident, in_target, option_text
from ..draft import Draft, Key
from . import sequences
from .tree import Table

INHERITED_IDENTITY = 170000
"""From this server version on, partitions take their identity columns from the parent."""

OWN_GENERATION = 160000
"""From this server version on, a child's column may say how it is generated, as its parent does."""

STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
COMPRESSION = {"p": "pglz", "l": "lz4"}


def define_column(table: Table, column: Column, server_version: int) -> str:
    """The column as CREATE TABLE takes it, but for what has to wait."""
    pieces = [f"{ident(column.name)} {column.type}"]
    if column.collation:
        pieces.append(f"COLLATE {column.collation}")
    if column.generated and not _takes_generation(table, column, server_version):
        kind = "STORED" if column.generated == "s" else "VIRTUAL"
        pieces.append(f"GENERATED ALWAYS AS ({column.default}) {kind}")
    elif column.default is not None and not column.generated and not column.default_calls_functions:
        pieces.append(f"DEFAULT {column.default}")
    inherited = table.row.is_partition and server_version >= INHERITED_IDENTITY
    if column.identity and not inherited:
        pieces.append(_identity(column, table.identities[column.number]))
    if column.not_null and not _has_named_not_null(table, column):
        pieces.append("NOT NULL")
    return " ".join(pieces)


def _takes_generation(table: Table, column: Column, server_version: int) -> bool:
    """Tell whether the column can only be generated because its parent's is."""
    return server_version < OWN_GENERATION and any(
        c.generated for parent in table.parents for c in parent.columns if c.name == column.name
    )


def _identity(column: Column, sequence: Sequence) -> str:
    when = "ALWAYS" if column.identity == "a" else "BY DEFAULT"
    name = f"SEQUENCE NAME {in_target(sequence.name)}"
    return f"GENERATED {when} AS IDENTITY ({name} {sequences.options(sequence)})"


def add_defaults(draft: Draft, table: Table) -> None:
    """Claim the defaults; one that calls our functions is set once both sides are there."""
    inherited = {c.name: c.default for parent in table.parents for c in parent.columns}
    for column in table.columns:
        taken_over = table.inherits and not column.is_local
        if column.default_oid is None:
            if taken_over and inherited.get(column.name) is not None:
                _alter_default(draft, table, column, "DROP DEFAULT")
            continue
        key: Key = ("pg_attrdef", column.default_oid)
        differs = (
            taken_over and not column.generated and inherited.get(column.name) != column.default
        )
        if (column.default_calls_functions and not column.generated and not taken_over) or differs:
            _alter_default(draft, table, column, f"SET DEFAULT {column.default}", key)
        else:
            draft.claim(key, table.key)


def _alter_default(
    draft: Draft, table: Table, column: Column, action: str, key: Key | None = None
) -> None:
    sql = compose(
        "ALTER TABLE ONLY {table} ALTER COLUMN {column} {action}",
        table=table.name,
        column=ident(column.name),
        action=action,
    )
    identity = f"{table.row.name}.{column.name}"
    own = key or (f"no default {column.number}", table.row.oid)
    draft.add(own, Phase.DEFINE, "default", identity, sql, needs=[table.key])


def add_column_options(
    draft: Draft, relation: Relation, columns: list[Column], table: Table | None = None
) -> None:
    """Add what CREATE cannot say of a column on every server version, in one statement."""
    parents = table.parents if table is not None and table.inherits else []
    actions = []
    for column in columns:
        alter = f"ALTER COLUMN {ident(column.name)} SET"
        inherited = [c for p in parents for c in p.columns if c.name == column.name]
        actions += [f"{alter} {change}" for change in _column_changes(column, inherited)]
        if table is not None and _loses_not_null(table, column):
            actions.append(f"{alter} NOT NULL")
    if actions:
        key: Key = ("pg_class", relation.oid)
        phase, verb = (Phase.DEFINE, "TABLE ONLY") if table else (Phase.VIEWS, "MATERIALIZED VIEW")
        sql = f"ALTER {verb} {in_target(relation.name)} {comma(actions)}"
        own: Key = ("column options", relation.oid)
        draft.add(own, phase, "column options", relation.name, sql, needs=[key])


def _column_changes(column: Column, inherited: list[Column]) -> list[str]:
    """What to SET; a child says again what its parent may or may not have had when it was made."""
    changes = []
    if column.storage or any(c.storage for c in inherited):
        changes.append(f"STORAGE {STORAGE[column.actual_storage]}")
    if column.compression or any(c.compression for c in inherited):
        method = COMPRESSION[column.compression] if column.compression else "default"
        changes.append(f"COMPRESSION {method}")
    if column.statistics_target is not None:
        changes.append(f"STATISTICS {column.statistics_target}")
    if column.options:
        changes.append(f"({comma([option_text(o) for o in column.options])})")
    return changes


def _loses_not_null(table: Table, column: Column) -> bool:
    """Tell whether an inherited column is not null by its own rule (before those had names)."""
    if not table.inherits or column.is_local or not column.not_null:
        return False
    if _has_named_not_null(table, column):
        return False
    return not any(c.not_null for p in table.parents for c in p.columns if c.name == column.name)


def _has_named_not_null(table: Table, column: Column) -> bool:
    """Tell whether a constraint says it (from Postgres 18 on each has a name)."""
    return any(c.kind == "n" and column.number in (c.columns or ()) for c in table.constraints)
