"""Chooses which rows a clone gets: none of some tables, of others a slice that stands by itself.

The rows that are chosen are noted in a temporary table, by their place, which stays the same while
the clone's snapshot lasts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from psycopg import Connection, sql

from ..catalog.reading import ask, query
from ..errors import SchemaToolsError
from ..plan import STATISTICS, Phase, Statement
from ..text import comma, compose, few, ident

SLICE = "pg_temp.schema_tools_slice"


def _chosen(row: str = "") -> str:
    """Return the condition that a row was noted."""
    return compose(
        "({row}tableoid, {row}ctid) IN (SELECT s.tab, s.place FROM {slice} AS s)",
        row=row,
        slice=SLICE,
    )


class DataRefused(SchemaToolsError):
    """The rows that were chosen cannot stand without others; nothing was written."""


@dataclass(frozen=True)
class DataChoice:
    """Which rows to copy; all definitions are copied whatever it says.

    `include` and `exclude` are patterns of table names (`*`, `?`), as a shell has them; a table
    that is not included, or is excluded, is made without rows. `where` has conditions by table:
    those rows are copied, with all rows that they refer to in other tables with a condition. Of a
    table without one, only those rows are copied whose rows referred to are there.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Table:
    oid: int
    name: str
    is_partitioned: bool
    names: list[str]


@dataclass(frozen=True)
class _Link:
    """A foreign key."""

    name: str
    child: int
    parent: int
    columns: list[str]
    keys: list[str]


def choose_rows(
    connection: "Connection[Any]", source: str, statements: Iterable[Statement], data: DataChoice
) -> list[Statement]:
    """Return a plan's statements for the chosen rows, in the transaction that will run them.

    The planner's statistics are left out, for they are of all rows.

    Raises:
        DataRefused: a pattern or a condition is of no table, or foreign keys could not hold.
    """
    chooser = _Chooser(connection, source, data)
    limited = chooser.limit()
    chosen = []
    for item in statements:
        if item.kind == STATISTICS:
            continue
        if item.phase is not Phase.ROWS:
            chosen.append(item)
        elif item.identity not in chooser.left_out:
            is_limited = item.identity in limited
            text = f"{item.sql} WHERE {_chosen()}"
            chosen.append(replace(item, sql=text) if is_limited else item)
    return chosen


def make_notes(connection: "Connection[Any]") -> None:
    """Make the table for chosen rows, which lasts as long as the transaction."""
    columns = "(tab oid, place tid, PRIMARY KEY (tab, place))"
    connection.execute(f"CREATE TEMPORARY TABLE {SLICE} {columns} ON COMMIT DROP".encode())


class _Chooser:
    def __init__(self, connection: "Connection[Any]", source: str, data: DataChoice) -> None:
        self._connection = connection
        self._source = source
        self._data = data
        where = {"schema": ident(source)}
        self._tables = {row[0]: _Table(*row) for row in ask(connection, query("tables"), where)}
        self._links = [_Link(*row) for row in ask(connection, query("foreign_keys"), where)]
        self._ensure_known()
        self.left_out = {t.name for t in self._tables.values() if self._is_left_out(t)}

    def limit(self) -> set[str]:
        """Note the chosen rows; gives the tables of which not all rows are chosen."""
        make_notes(self._connection)
        sliced = {t.oid for t in self._tables.values() if t.name in self._data.where}
        for oid in sliced:
            self._note(oid, self._data.where[self._tables[oid].name])
        inner = [k for k in self._links if self._touched(k.child, sliced) and k.parent in sliced]
        while sum(self._follow(link) for link in inner):
            pass
        below = self._below(sliced)
        for oid in below:
            self._note(oid, "true")
        limited = sliced | below
        outer = [link for link in self._links if link.child in below]
        while sum(self._leave(link, limited) for link in outer):
            pass
        self._ensure_whole(limited)
        self._run("ANALYZE {slice}")
        return {t.name for t in self._tables.values() if self._is_part(t, limited)}

    def _ensure_known(self) -> None:
        names = {table.name for table in self._tables.values()}
        for pattern in (*self._data.include, *self._data.exclude):
            if not any(fnmatchcase(name, pattern) for name in names):
                raise DataRefused(f"{pattern!r} matches no table of {self._source!r}")
        for name in self._data.where:
            if name not in names:
                raise DataRefused(f"a condition is for {name!r}, which is no table of the source")
            if any(t.name == name and len(t.names) > 1 for t in self._tables.values()):
                raise DataRefused(f"{name!r} is a partition: give the condition to its whole")

    def _is_left_out(self, table: _Table) -> bool:
        def matches(patterns: tuple[str, ...]) -> bool:
            return any(fnmatchcase(name, p) for name in table.names for p in patterns)

        included = not self._data.include or matches(self._data.include)
        return not included or matches(self._data.exclude)

    def _is_part(self, table: _Table, oids: set[int]) -> bool:
        """Tell whether a table, or what it is a partition of, is among some tables."""
        return any(self._tables[oid].name in table.names for oid in oids)

    def _touched(self, oid: int, oids: set[int]) -> bool:
        """Tell whether a table, what it is a partition of, or a partition is among some tables."""
        table = self._tables[oid]
        parts = any(table.name in self._tables[other].names for other in oids)
        return parts or self._is_part(table, oids)

    def _below(self, sliced: set[int]) -> set[int]:
        """Return the tables without a condition that refer to one with a condition, or so on."""
        below: set[int] = set()
        while True:
            more = {
                link.child
                for link in self._links
                if self._touched(link.parent, sliced | below)
                and not self._is_part(self._tables[link.child], sliced | below)
            }
            if not more:
                return below
            below |= more

    def _note(self, oid: int, condition: str) -> None:
        self._run(
            "INSERT INTO {slice} SELECT tableoid, ctid FROM {table}"
            " WHERE ({condition}) AND {kept} ON CONFLICT DO NOTHING",
            table=self._from(self._tables[oid]),
            condition=condition,
            kept=self._kept("", set()),
        )

    def _follow(self, link: _Link) -> int:
        """Choose what chosen rows refer to; gives how many were not chosen before."""
        return self._run(
            "INSERT INTO {slice} SELECT p.tableoid, p.ctid FROM {parent} AS p WHERE {kept}"
            " AND EXISTS (SELECT FROM {child} AS c WHERE {same} AND {chosen})"
            " ON CONFLICT DO NOTHING",
            kept=self._kept("p.", set()),
            chosen=_chosen("c."),
            **self._parts(link),
        )

    def _leave(self, link: _Link, limited: set[int]) -> int:
        """Leave out rows that refer to what is not chosen; gives how many."""
        return self._run(
            "DELETE FROM {slice} AS d USING {child} AS c"
            " WHERE d.tab = c.tableoid AND d.place = c.ctid AND {filled}"
            " AND NOT EXISTS (SELECT FROM {parent} AS p WHERE {same} AND {kept})",
            kept=self._kept("p.", limited),
            **self._parts(link),
        )

    def _ensure_whole(self, limited: set[int]) -> None:
        """Name every foreign key that could not hold."""
        left_out = {t.oid for t in self._tables.values() if t.name in self.left_out}
        broken = []
        for link in self._links:
            if not self._touched(link.parent, limited | left_out):
                continue
            missing = self._run(
                "SELECT FROM {child} AS c WHERE {mine} AND {filled}"
                " AND NOT EXISTS (SELECT FROM {parent} AS p WHERE {same} AND {kept}) LIMIT 1",
                mine=self._kept("c.", limited),
                kept=self._kept("p.", limited),
                **self._parts(link),
            )
            if missing:
                child, parent = self._tables[link.child], self._tables[link.parent]
                broken.append(f"{child.name}.{link.name} (to {parent.name})")
        if broken:
            raise DataRefused(
                f"these foreign keys could not hold: {few(broken, 100)}. Copy the rows of the"
                " tables that they refer to, or leave out those that refer"
            )

    def _kept(self, row: str, limited: set[int]) -> str:
        """Return the condition that a row is copied, when these tables have only noted rows."""
        tables = self._tables.values()
        conditions = []
        if out := [str(t.oid) for t in tables if t.name in self.left_out]:
            conditions.append(f"{row}tableoid NOT IN ({comma(out)})")
        if cut := [str(t.oid) for t in tables if self._is_part(t, limited)]:
            conditions.append(f"({row}tableoid NOT IN ({comma(cut)}) OR {_chosen(row)})")
        return " AND ".join(conditions) or "true"

    def _parts(self, link: _Link) -> dict[str, str]:
        pairs = zip(link.columns, link.keys, strict=True)
        return {
            "child": self._from(self._tables[link.child]),
            "parent": self._from(self._tables[link.parent]),
            "same": " AND ".join(f"c.{ident(a)} = p.{ident(b)}" for a, b in pairs),
            "filled": " AND ".join(f"c.{ident(a)} IS NOT NULL" for a in link.columns),
        }

    def _from(self, table: _Table) -> str:
        """Return the table as a query reads it: what inherits from it is another table."""
        only = "" if table.is_partitioned else "ONLY "
        return f"{only}{ident(self._source)}.{ident(table.name)}"

    def _run(self, text: str, **parts: str) -> int:
        values = {name: sql.SQL(part) for name, part in parts.items()}
        statement = sql.SQL(text).format(slice=sql.SQL(SLICE), **values)
        return self._connection.execute(statement).rowcount
