"""Reads the catalog rows of a schema as numbers, so that two large schemas are soon compared.

A schema of a thousand tables has a hundred thousand rows. The server hashes each, but for what it
refers to; with the names of that, it is added to its object's sum. Only where the sums of two
schemas differ does `inspection` read the rows in words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from ..compiler.draft import Key
from .catalog import Catalog, read_catalog
from .inspection import (
    AT_ONCE,
    CLASS_OF,
    IGNORED,
    OWNERS,
    Details,
    Reference,
    names_of,
    read_columns,
    read_dependencies,
    read_details,
    read_references,
)
from .reading import array, ask, reading

AS_READ = {"regproc": "::oid", "oidvector": "::oid[]", "int2vector": "::int2[]"}
"""Casts of references, by their type: a `regproc` prints a name without arguments."""


@dataclass(frozen=True)
class Inspection:
    """What the catalogs hold of a schema: equal for an exact clone.

    `sums` has for each object's name the sum of 64-bit hashes of its rows and of its dependencies,
    of which there are `edges`. Different rows do not come to equal sums by accident. The catalog is
    not kept, for that of a large schema fills our memory.
    """

    schema: str
    by_path: bool
    names: dict[Key, str]
    sums: dict[str, int]
    edges: int


def inspect(connection: "Connection[Any]", catalog: Catalog) -> Inspection:
    """Read every catalog row of what a schema holds, but for what is not cloned."""
    names = names_of(catalog)
    sums = dict.fromkeys(names.values(), 0)
    edges = 0
    with reading(connection, catalog.name):
        for name, number in _row_hashes(connection, catalog, names):
            sums[name] += number
        keys = list(names)
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            for edge in read_dependencies(connection, catalog, names, some):
                sums[edge[0]] += hash(edge[1:])
                edges += 1
    return Inspection(catalog.name, catalog.binding.token is None, names, sums, edges)


def find_differing(
    connection: "Connection[Any]", source: Inspection, clone: Inspection
) -> tuple[Details, Details]:
    """Return what the catalogs say of the objects whose sums are not the same."""
    wanted = {name for name, _ in source.sums.items() ^ clone.sums.items()}

    def details(of: Inspection) -> Details:
        catalog = read_catalog(connection, of.schema, by_path=of.by_path, settled=True)
        return read_details(connection, catalog, of.names, wanted)

    return details(source), details(clone)


def _row_hashes(
    connection: "Connection[Any]", catalog: Catalog, names: dict[Key, str]
) -> Iterator[tuple[str, int]]:
    """Give the name that each row is of, and a number for the row and what it refers to."""
    references = read_references(connection)
    resolve = _Resolver(catalog, names)
    oids: dict[str, list[int]] = {}
    for class_, oid in names:
        oids.setdefault(class_, []).append(oid)
    for table, columns in read_columns(connection).items():
        class_ = CLASS_OF.get(table, table)
        if class_ not in oids:
            continue
        used = [r for r in references.get(table, ()) if r.column not in IGNORED]
        statement = _hash_query(table, columns, used)
        for start in range(0, len(oids[class_]), AT_ONCE):
            some = array(oids[class_][start : start + AT_ONCE])
            for oid, hashed, *values in ask(connection, statement, [some]):
                name = names.get((class_, oid))
                if name is not None:
                    yield name, hash((table, hashed, *resolve.values(used, values)))


class _Resolver:
    """Turns what rows refer to into names that are the same for a clone."""

    def __init__(self, catalog: Catalog, names: dict[Key, str]) -> None:
        self._names = names | {("pg_namespace", catalog.oid): "the schema"}
        self._columns = {(row.relation, row.number): row.name for row in catalog.columns}

    def values(self, references: list[Reference], values: list[Any]) -> Iterator[Any]:
        """Give what each reference means; one to columns takes two values."""
        waiting = iter(values)
        for reference in references:
            of: Any = self._columns if reference.relation else self._names
            space = next(waiting) if reference.relation else reference.needed
            value = next(waiting)
            if isinstance(value, list):
                yield tuple([of.get((space, item), item) for item in value])
            else:
                yield of.get((space, value), value)


def _hash_query(table: str, columns: dict[str, str], references: list[Reference]) -> "sql.Composed":
    """Ask for the owner, a hash of a row but for its references, and for those as they are."""
    referring = {reference.column for reference in references}
    plain = [c for c in columns if c not in IGNORED and c not in referring]
    asked = [sql.SQL("c.{}::oid").format(sql.Identifier(OWNERS[table]))]
    asked.append(
        sql.SQL("hashtextextended(ROW({})::text, 0)").format(
            sql.SQL(", ").join(sql.Identifier("c", column) for column in plain)
        )
    )
    for reference in references:
        for column in (reference.relation, reference.column):
            if column is not None:
                cast = sql.SQL(AS_READ.get(columns[column], ""))
                asked.append(sql.SQL("{}{}").format(sql.Identifier("c", column), cast))
    live = sql.SQL(" AND c.attnum > 0 AND NOT c.attisdropped")
    return sql.SQL("SELECT {} FROM {} AS c WHERE {} = ANY (%s::oid[]){}").format(
        sql.SQL(", ").join(asked),
        sql.Identifier("pg_catalog", table),
        sql.Identifier("c", OWNERS[table]),
        live if table == "pg_attribute" else sql.SQL(""),
    )
