"""Reads what the system catalogs hold of a schema's objects, column by column.

The compiler knows kinds of objects; this knows only rows and references. The server itself tells
which columns are references (`pg_get_catalog_foreign_keys`), so a property that the compiler has
never heard of is compared like any other. What is left out is named in `IGNORED`.
"""

import json
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from ..compiler.draft import Key
from ..text import TARGET, shown_name
from .catalog import Catalog, why_left_out
from .extensions import name_in_place, whose_names
from .reading import array, ask, query, reading

OWNERS = {
    "pg_class": "oid",
    "pg_attribute": "attrelid",
    "pg_type": "oid",
    "pg_proc": "oid",
    "pg_operator": "oid",
    "pg_opclass": "oid",
    "pg_opfamily": "oid",
    "pg_amop": "oid",
    "pg_amproc": "oid",
    "pg_cast": "oid",
    "pg_collation": "oid",
    "pg_constraint": "oid",
    "pg_trigger": "oid",
    "pg_policy": "oid",
    "pg_rewrite": "oid",
    "pg_attrdef": "oid",
    "pg_statistic_ext": "oid",
    "pg_ts_config": "oid",
    "pg_ts_config_map": "mapcfg",
    "pg_ts_dict": "oid",
    "pg_index": "indexrelid",
    "pg_sequence": "seqrelid",
    "pg_aggregate": "aggfnoid",
    "pg_enum": "enumtypid",
    "pg_range": "rngtypid",
    "pg_inherits": "inhrelid",
    "pg_partitioned_table": "partrelid",
}
"""The catalogs that are read, each with the column that says whose row it is."""

ROWS = "oid relfilenode relpages reltuples relallvisible relallfrozen relfrozenxid relminmxid"
"""Where the rows are, and how many."""

HINTS = (
    "reltoastrelid relrewrite relhasindex relhasrules relhastriggers relhassubclass indcheckxmin"
    " attcacheoff collversion collencoding attoptions"
)
"""What the server keeps when it happens to, and its own bookkeeping."""

DROPPED = "relnatts attnum atthasmissing attmissingval adnum confdelsetcols enumsortorder"
"""What dropped columns, and values from before a column was, leave behind."""

DEFINED = (
    "adbin conbin indexprs indpred ev_qual ev_action prosqlbody proargdefaults polqual"
    " polwithcheck stxexprs tgqual partexprs relpartbound typdefaultbin typdefault attndims"
    " typndims connoinherit"
)
"""What the definitions tell, expressions among them; what those need is compared too."""

RIGHTS = "relacl attacl proacl typacl"
"""Rights, which are compared as they differ from a new object's."""

NAMED = "prosrc proconfig dictinitoption"
"""Text that may name the schema."""

IGNORED = frozenset(" ".join((ROWS, HINTS, DROPPED, DEFINED, RIGHTS, NAMED)).split())
"""Columns that differ between equal schemas, or that the definitions tell."""

CLASS_OF = {
    "pg_attribute": "pg_class",
    "pg_index": "pg_class",
    "pg_sequence": "pg_class",
    "pg_inherits": "pg_class",
    "pg_partitioned_table": "pg_class",
    "pg_enum": "pg_type",
    "pg_range": "pg_type",
    "pg_aggregate": "pg_proc",
    "pg_ts_config_map": "pg_ts_config",
}
"""Catalogs whose rows belong to an object of another catalog."""

AT_ONCE = 2_000
"""Objects that one query asks for, so that a large schema does not fill our memory."""

_NOTHING: tuple[Any, ...] = (None, False, "", 0, "0", "-", [])
"""Values that say nothing, left out so that a difference is short."""

Fact = tuple[str, str]
"""An object, with one thing that the catalogs say of it."""

Dependency = tuple[str, str, str, str, str]
"""An object, its column, what that needs, which column of that, and the kind of the need."""


@dataclass(frozen=True)
class Reference:
    """A column of a catalog that holds oids of `needed`, or numbers of `relation`'s columns."""

    column: str
    needed: str
    relation: str | None


@dataclass(frozen=True)
class Details:
    """What the catalogs say of some objects, in words that are the same for an exact clone."""

    facts: "Counter[Fact]"
    edges: "Counter[Fact]"


def names_of(catalog: Catalog) -> dict[Key, str]:
    """Return the name of everything that is cloned, the same in an exact clone."""
    whose = whose_names(catalog.members, catalog.borrowed) if catalog.borrowed else {}
    names = {}
    for key, member in catalog.members.items():
        if key in catalog.borrowed or why_left_out(member, catalog.own_schema):
            continue
        identity = member.identity
        if catalog.binding.token is None:
            identity = identity.replace(f"{shown_name(catalog.name)}.", f"{TARGET}.")
        if whose:
            identity = name_in_place(identity, whose, catalog.name)
        names[key] = f"{member.kind} {identity}"
    return names


def read_details(
    connection: "Connection[Any]",
    catalog: Catalog,
    names: dict[Key, str],
    wanted: Container[str],
) -> Details:
    """Read every catalog row and every dependency of the objects that have the wanted names."""
    with reading(connection, catalog.name):
        keys = [key for key, name in names.items() if name in wanted]
        facts = Counter(_Inspector(connection, catalog, names).facts(keys))
        edges = Counter(
            (who, f"{column} needs {whom} {needed_column} ({kind})")
            for who, column, whom, needed_column, kind in read_dependencies(
                connection, catalog, names, keys
            )
        )
    return Details(facts, edges)


def read_dependencies(
    connection: "Connection[Any]", catalog: Catalog, names: dict[Key, str], keys: Iterable[Key]
) -> Iterator[Dependency]:
    """Give what some of a schema's objects need, by name where it is of the schema."""
    classes = dict(ask_once(connection, _CLASSES))
    columns = {(row.relation, row.number): row.name for row in catalog.columns}
    known = names | {("pg_namespace", catalog.oid): "the schema"}
    wanted = set(keys)
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(query("dependencies"), {"oids": array(oid for _, oid in wanted)})
        for class_oid, oid, number, needed_class_oid, needed_oid, needed_number, kind in rows:
            key = (classes[class_oid], oid)
            if key not in wanted:
                continue
            needed = (classes[needed_class_oid], needed_oid)
            yield (
                names[key],
                columns.get((oid, number), "") if key[0] == "pg_class" else "",
                known.get(needed) or f"{needed[0]} {needed[1]}",
                columns.get((needed_oid, needed_number), str(needed_number or "")),
                kind,
            )


_CLASSES = "SELECT oid, relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace"


class _Inspector:
    def __init__(
        self, connection: "Connection[Any]", catalog: Catalog, names: dict[Key, str]
    ) -> None:
        self._connection = connection
        self._catalog = catalog
        self._names = names
        self._references = read_references(connection)
        self._functions = _read_functions(connection)
        self._columns = {(row.relation, row.number): row.name for row in catalog.columns}

    def _is_schema(self, key: Key) -> bool:
        return key == ("pg_namespace", self._catalog.oid)

    def facts(self, keys: list[Key]) -> Iterator[Fact]:
        """Give every row of the catalogs about some objects."""
        for catalog, owner in OWNERS.items():
            class_ = CLASS_OF.get(catalog, catalog)
            # A `regproc` prints a name without arguments: an oid says more.
            functions = sql.SQL(", ").join(
                sql.SQL("{}, {}::oid").format(sql.Literal(name), sql.Identifier("c", name))
                for name in self._functions.get(catalog, ())
            )
            statement = sql.SQL(
                "SELECT to_jsonb(c) || jsonb_build_object({}) FROM {} AS c WHERE {} = ANY (%s)"
            ).format(functions, sql.Identifier("pg_catalog", catalog), sql.Identifier("c", owner))
            oids = [oid for kind, oid in keys if kind == class_]
            for start in range(0, len(oids), AT_ONCE):
                with self._connection.cursor(row_factory=tuple_row) as cursor:
                    for (row,) in cursor.execute(statement, [oids[start : start + AT_ONCE]]):
                        yield from self._fact(catalog, (class_, int(row[owner])), row)

    def _fact(self, catalog: str, key: Key, row: dict[str, Any]) -> Iterator[Fact]:
        name = self._names.get(key)
        if name is None or row.get("attisdropped") or row.get("attnum", 1) < 0:
            return
        said = {
            column: value
            for column, value in (row | self._resolved(catalog, row)).items()
            if column not in IGNORED and value not in _NOTHING
        }
        yield name, f"{catalog} {json.dumps(said, sort_keys=True, ensure_ascii=False)}"

    def _resolved(self, catalog: str, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row's references as names."""
        resolved = {}
        for reference in self._references.get(catalog, ()):
            value = row.get(reference.column)
            if reference.relation is not None:
                numbers = self._column_names(int(row[reference.relation]), value)
                resolved[reference.column] = numbers
            elif isinstance(value, list):
                resolved[reference.column] = [
                    self._referred(reference.needed, item) for item in value
                ]
            elif value is not None:
                resolved[reference.column] = self._referred(reference.needed, value)
        return resolved

    def _referred(self, catalog: str, value: Any) -> Any:
        """Return the name of what an oid refers to; the oid itself where that is elsewhere."""
        if not str(value).isdecimal():
            return value
        key = (catalog, int(value))
        return "the schema" if self._is_schema(key) else self._names.get(key, value)

    def _column_names(self, relation: int, numbers: Any) -> Any:
        if isinstance(numbers, list):
            return [self._column_names(relation, number) for number in numbers]
        return self._columns.get((relation, int(numbers or 0)), numbers)


_ANSWERS: dict[tuple[int, str], list[tuple[Any, ...]]] = {}


def ask_once(connection: "Connection[Any]", text: str) -> list[tuple[Any, ...]]:
    """Ask what has the same answer on every server of a version, and remember it."""
    key = (connection.info.server_version, text)
    if key not in _ANSWERS:
        _ANSWERS[key] = ask(connection, text)
    return _ANSWERS[key]


COLUMNS = """
SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, NULL)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
"""


def read_columns(connection: "Connection[Any]") -> dict[str, dict[str, str]]:
    """Return the columns of each catalog with their types."""
    columns: dict[str, dict[str, str]] = {table: {} for table in OWNERS}
    for table, column, type_ in ask_once(connection, COLUMNS):
        if table in columns:
            columns[table][column] = type_
    return columns


def _read_functions(connection: "Connection[Any]") -> dict[str, list[str]]:
    """Return, for each catalog, its columns of type `regproc`."""
    return {
        table: [column for column, type_ in columns.items() if type_ == "regproc"]
        for table, columns in read_columns(connection).items()
    }


def read_references(connection: "Connection[Any]") -> dict[str, list[Reference]]:
    """Return, for each catalog, its columns that refer to another one's rows."""
    references: dict[str, list[Reference]] = {}
    for catalog, columns, needed in ask_once(
        connection,
        "SELECT f.fktable::regclass::text, f.fkcols, f.pktable::regclass::text"
        " FROM pg_catalog.pg_get_catalog_foreign_keys() AS f WHERE cardinality(f.fkcols) < 3",
    ):
        relation = columns[0] if len(columns) == 2 else None
        references.setdefault(catalog, []).append(Reference(columns[-1], needed, relation))
    return references
