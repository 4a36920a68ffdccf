"""Reads what the system catalogs hold of a schema, column by column.

The compiler knows kinds of objects; this knows only rows and references. The server itself tells
which columns are references (`pg_get_catalog_foreign_keys`), so a property that the compiler has
never heard of is compared like any other. What is left out is named in `IGNORED`.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from ..compiler.draft import Key
from ..text import TARGET, shown_name
from .catalog import Catalog, why_left_out
from .extensions import name_in_place, whose_names
from .reading import ask, query
from .rows import Member

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

_CLASS_OF = {
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
"""Values that say nothing, left out so that a large schema takes less memory."""

Fact = tuple[str, str]
"""An object, with one thing that the catalogs say of it."""


@dataclass(frozen=True)
class Inspection:
    """What the catalogs hold of a schema, in words that are the same for an exact clone."""

    facts: "Counter[Fact]"
    edges: "Counter[Fact]"
    names: dict[Key, str]


def inspect(connection: "Connection[Any]", catalog: Catalog) -> Inspection:
    """Read every catalog row of what a schema holds, but for what is not cloned."""
    return _Inspector(connection, catalog).read()


class _Inspector:
    def __init__(self, connection: "Connection[Any]", catalog: Catalog) -> None:
        self._connection = connection
        self._catalog = catalog
        self._references = _read_references(connection)
        self._functions = _read_functions(connection)
        self._whose = whose_names(catalog.members, catalog.borrowed) if catalog.borrowed else {}
        self._oids: dict[str, list[int]] = {}
        self._names: dict[Key, str] = {}
        for key, member in catalog.members.items():
            if key not in catalog.borrowed and not why_left_out(member, catalog.own_schema):
                self._oids.setdefault(key[0], []).append(key[1])
                self._names[key] = self._name_of(member)
        self._columns = {
            (row[0], row[1]): row[2]
            for row in ask(
                connection,
                "SELECT attrelid, attnum, attname FROM pg_catalog.pg_attribute"
                " WHERE attrelid = ANY (%s)",
                [self._oids.get("pg_class", [])],
            )
        }

    def read(self) -> Inspection:
        # A foreign key's own triggers have numbers for names, and come with it.
        internal = ask(
            self._connection,
            "SELECT oid FROM pg_catalog.pg_trigger WHERE tgisinternal AND oid = ANY (%s)",
            [self._oids.get("pg_trigger", [])],
        )
        for (oid,) in internal:
            del self._names[("pg_trigger", oid)]
        facts = Counter(self._facts())
        edges: Counter[Fact] = Counter()
        skipped = {("pg_trigger", oid) for (oid,) in internal}
        for key, column, needed, needed_column, kind in self._dependencies():
            who = self._names.get(key)
            if who is None or needed in skipped:
                continue
            whom = self._names.get(needed)
            if whom is None:
                whom = "the schema" if self._is_schema(needed) else f"{needed[0]} {needed[1]}"
            edges[(who, f"{column} needs {whom} {needed_column} ({kind})")] += 1
        return Inspection(facts, edges, self._names)

    def _name_of(self, member: Member) -> str:
        identity = member.identity
        if self._catalog.binding.token is None:
            identity = identity.replace(f"{shown_name(self._catalog.name)}.", f"{TARGET}.")
        if self._whose:
            identity = name_in_place(identity, self._whose, self._catalog.name)
        return f"{member.kind} {identity}"

    def _is_schema(self, key: Key) -> bool:
        return key == ("pg_namespace", self._catalog.oid)

    def _facts(self) -> Iterator[Fact]:
        for catalog, owner in OWNERS.items():
            class_ = _CLASS_OF.get(catalog, catalog)
            # A `regproc` prints a name without arguments: an oid says more.
            functions = sql.SQL(", ").join(
                sql.SQL("{}, {}::oid").format(sql.Literal(name), sql.Identifier("c", name))
                for name in self._functions.get(catalog, ())
            )
            statement = sql.SQL(
                "SELECT to_jsonb(c) || jsonb_build_object({}) FROM {} AS c WHERE {} = ANY (%s)"
            ).format(functions, sql.Identifier("pg_catalog", catalog), sql.Identifier("c", owner))
            oids = self._oids.get(class_, [])
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
        for columns, needed_catalog in self._references.get(catalog, ()):
            value = row.get(columns[-1])
            if len(columns) == 2:
                resolved[columns[1]] = self._column_names(int(row[columns[0]]), value)
            elif isinstance(value, list):
                resolved[columns[0]] = [self._referred(needed_catalog, item) for item in value]
            elif value is not None:
                resolved[columns[0]] = self._referred(needed_catalog, value)
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

    def _dependencies(self) -> Iterator[tuple[Key, str, Key, str, str]]:
        oids = [oid for found in self._oids.values() for oid in found]
        for row in ask(self._connection, query("dependencies"), {"oids": oids}):
            class_, oid, number, needed_class, needed_oid, needed_number, kind = row
            yield (
                (class_, oid),
                self._columns.get((oid, number), "") if class_ == "pg_class" else "",
                (needed_class, needed_oid),
                self._columns.get((needed_oid, needed_number), str(needed_number or "")),
                kind,
            )


def _read_functions(connection: "Connection[Any]") -> dict[str, list[str]]:
    """Return, for each catalog, its columns of type `regproc`."""
    functions: dict[str, list[str]] = {}
    for catalog, column in ask(
        connection,
        "SELECT c.relname, a.attname FROM pg_catalog.pg_class AS c"
        " JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relname = ANY (%s)"
        " AND a.atttypid = 'pg_catalog.regproc'::regtype",
        [list(OWNERS)],
    ):
        functions.setdefault(catalog, []).append(column)
    return functions


def _read_references(connection: "Connection[Any]") -> dict[str, list[tuple[list[str], str]]]:
    """Return, for each catalog, its columns that refer to another one's rows."""
    references: dict[str, list[tuple[list[str], str]]] = {}
    for catalog, columns, needed in ask(
        connection,
        "SELECT f.fktable::regclass::text, f.fkcols, f.pktable::regclass::text"
        " FROM pg_catalog.pg_get_catalog_foreign_keys() AS f WHERE cardinality(f.fkcols) < 3",
    ):
        references.setdefault(catalog, []).append((columns, needed))
    return references
