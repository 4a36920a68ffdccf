"""Tables: columns, partitions, inheritance, storage options, and the copying of their rows."""

from dataclasses import dataclass, field

from ..catalog import Catalog, Row
from ..draft import Draft, Key
from ..errors import UnsupportedObject
from ..plan import Phase
from ..text import SOURCE, comma, compose, ident, literal
from . import sequences

INHERITED_IDENTITY = 170000
"""From this server version on, partitions take their identity columns from the parent."""

STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
COMPRESSION = {"p": "pglz", "l": "lz4"}


@dataclass
class Table:
    """All rows of the catalog that one table is made of."""

    row: Row
    columns: list[Row] = field(default_factory=list)
    constraints: list[Row] = field(default_factory=list)
    identities: dict[int, Row] = field(default_factory=dict)
    parents: list["Table"] = field(default_factory=list)
    has_children: bool = False

    @property
    def key(self) -> Key:
        """The table's key in the draft."""
        return ("pg_class", self.row.oid)

    @property
    def name(self) -> str:
        """The table's quoted name."""
        return ident(self.row.name)

    @property
    def inherits(self) -> bool:
        """Whether the table takes columns from parents (a partition has its own)."""
        return bool(self.parents) and not self.row.is_partition


def add_tables(draft: Draft, catalog: Catalog) -> None:
    """Every table, its columns, its place in a tree, and its rows."""
    types_with_casts = {cast.source_oid for cast in catalog["casts"]}
    for table in gather_tables(catalog).values():
        _ensure_supported(table)
        draft.add(
            table.key,
            Phase.DEFINE,
            "table",
            table.row.name,
            _create(table, catalog.server_version),
            address=f"TABLE {table.name}",
            needs=_inherited_from(table),
        )
        _add_defaults(draft, table)
        _add_column_options(draft, table)
        _add_checks(draft, table)
        if table.row.is_partition:
            _add_attachment(draft, table)
        if table.row.kind == "r":
            _add_rows(draft, table, types_with_casts)
        _add_row_security(draft, table)


def gather_tables(catalog: Catalog) -> dict[int, Table]:
    """The schema's tables by oid, with everything that belongs to each."""
    tables = {row.oid: Table(row) for row in catalog["relations"] if row.kind in ("r", "p")}
    for column in catalog["columns"]:
        if column.relation in tables:
            tables[column.relation].columns.append(column)
    for constraint in catalog["constraints"]:
        if constraint.relation in tables:
            tables[constraint.relation].constraints.append(constraint)
    for sequence in catalog["sequences"]:
        if sequence.ownership == "i" and sequence.owner_table in tables:
            tables[sequence.owner_table].identities[sequence.owner_number] = sequence
    for table in tables.values():
        for oid in table.row.parents or []:
            if oid not in tables:
                raise UnsupportedObject(
                    "table", table.row.name, "it inherits from a table of another schema"
                )
            table.parents.append(tables[oid])
            tables[oid].has_children = True
    return tables


def is_inline(constraint: Row) -> bool:
    """Whether a check is made with its table: not one whose function may read rows to come."""
    return bool(
        constraint.kind in ("c", "n") and constraint.is_validated and not constraint.calls_functions
    )


def _ensure_supported(table: Table) -> None:
    if table.row.of_type:
        raise UnsupportedObject("table", table.row.name, "typed tables (OF type) are not handled")
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
        _column(table, column, server_version)
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
    options = [_option(o) for o in row.options] + [f"toast.{_option(o)}" for o in row.toast_options]
    if options:
        pieces.append(f"WITH ({comma(options)})")
    if row.tablespace:
        pieces.append(f"TABLESPACE {ident(row.tablespace)}")
    return " ".join(pieces)


def _option(option: str) -> str:
    name, _, value = option.partition("=")
    return f"{ident(name)} = {literal(value)}"


def _inherited_from(table: Table) -> list[Key]:
    """The parents, and their defaults, which a child takes over when it is made."""
    needs: list[Key] = []
    for parent in table.parents if table.inherits else ():
        needs.append(parent.key)
        for column in parent.columns:
            needs.append((f"no default {column.number}", parent.row.oid))
            needs.append(("pg_attrdef", column.default_oid))
    return needs


def _column(table: Table, column: Row, server_version: int) -> str:
    pieces = [f"{ident(column.name)} {column.type}"]
    if column.collation:
        pieces.append(f"COLLATE {column.collation}")
    if column.generated:
        kind = "STORED" if column.generated == "s" else "VIRTUAL"
        pieces.append(f"GENERATED ALWAYS AS ({column.default}) {kind}")
    elif column.default is not None and not column.default_calls_functions:
        pieces.append(f"DEFAULT {column.default}")
    inherited = table.row.is_partition and server_version >= INHERITED_IDENTITY
    if column.identity and not inherited:
        pieces.append(_identity(column, table.identities[column.number]))
    if column.not_null and not any(
        c.kind == "n" and column.number in c.columns for c in table.constraints
    ):
        pieces.append("NOT NULL")
    return " ".join(pieces)


def _identity(column: Row, sequence: Row) -> str:
    when = "ALWAYS" if column.identity == "a" else "BY DEFAULT"
    name = f"SEQUENCE NAME {ident(sequence.name)}"
    return f"GENERATED {when} AS IDENTITY ({name} {sequences.options(sequence)})"


def _add_defaults(draft: Draft, table: Table) -> None:
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
    draft: Draft, table: Table, column: Row, action: str, key: Key | None = None
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


def _add_column_options(draft: Draft, table: Table) -> None:
    """Whatever of a column CREATE TABLE cannot say on every server version, in one statement."""
    actions = []
    for column in table.columns:
        alter = f"ALTER COLUMN {ident(column.name)} SET"
        if column.storage:
            actions.append(f"{alter} STORAGE {STORAGE[column.storage]}")
        if column.compression:
            actions.append(f"{alter} COMPRESSION {COMPRESSION[column.compression]}")
        if column.statistics_target is not None:
            actions.append(f"{alter} STATISTICS {column.statistics_target}")
        if column.options:
            actions.append(f"{alter} ({comma([_option(o) for o in column.options])})")
    if actions:
        sql = compose(
            "ALTER TABLE ONLY {table} {actions}", table=table.name, actions=comma(actions)
        )
        draft.add(
            ("column options", table.row.oid),
            Phase.DEFINE,
            "column options",
            table.row.name,
            sql,
            needs=[table.key],
        )


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
        bound=table.row.partition_bound,
    )
    key = ("attachment", table.row.oid)
    draft.add(key, Phase.DEFINE, "partition", table.row.name, sql, needs=[table.key, parent.key])


def _add_rows(draft: Draft, table: Table, types_with_casts: set[int]) -> None:
    columns = [column for column in table.columns if not column.generated]
    into = (
        f"({comma([ident(c.name) for c in columns])}) OVERRIDING SYSTEM VALUE " if columns else ""
    )
    sql = compose(
        "INSERT INTO {table} {into}SELECT {columns} FROM {only}{source}.{table}",
        table=table.name,
        into=into,
        columns=comma([_value(column, types_with_casts) for column in columns]),
        only="ONLY " if table.has_children else "",
        source=SOURCE,
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


def _value(column: Row, types_with_casts: set[int]) -> str:
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
