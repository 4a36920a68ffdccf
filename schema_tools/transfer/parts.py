"""Cuts a plan into parts that follow one another; rows and keys can be done side by side."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ..plan import ClonePlan, Phase, Statement
from ..text import TARGET

_BUILT_ALONE = re.compile(
    rf"(?:ALTER TABLE|CREATE (?:UNIQUE )?INDEX \"(?:[^\"]|\"\")+\" ON)"
    rf" {TARGET}\.(?P<table>\"(?:[^\"]|\"\")+\") "
)
"""An index or a constraint with one, on a table that is not partitioned (those say `ONLY`)."""

_KEYS = {"index", "primary key", "unique key", "exclusion constraint"}


@dataclass(frozen=True)
class Part:
    """Statements that follow one another."""

    statements: Sequence[Statement]

    @property
    def is_rows(self) -> bool:
        """Whether they copy rows."""
        return self.statements[0].phase is Phase.ROWS

    def tasks(self) -> "Iterable[Part]":
        """Return what can be done side by side, the longest first."""
        return [self]


class Rows(Part):
    """Rows of tables, each of which can be copied beside the others."""

    def tasks(self) -> "Iterable[Part]":
        """Return a task for each table."""
        ordered = sorted(self.statements, key=lambda item: -item.size)
        return [Part([item]) for item in ordered]


@dataclass(frozen=True)
class Keys(Part):
    """Indexes and their constraints: those of one table follow one another."""

    sizes: dict[str, int]

    def tasks(self) -> "Iterable[Part]":
        """Return a task for each table."""
        tables: dict[str, list[Statement]] = {}
        for item in self.statements:
            tables.setdefault(_table_of(item) or "", []).append(item)
        ordered = sorted(tables, key=lambda table: -self.sizes.get(table, 0) * len(tables[table]))
        return [Part(tables[table]) for table in ordered]


def cut(plan: ClonePlan, *, side_by_side: bool) -> list[Part]:
    """Return the plan's parts, in its order.

    Nothing is done side by side after a materialised view was filled: a view may say in its rows
    what its schema is called, so it is filled when the schema has its name.
    """
    parts: list[Part] = []
    sizes = {
        '"' + item.identity.replace('"', '""') + '"': item.size
        for item in plan.statements
        if item.phase is Phase.ROWS
    }
    for phase, group in groupby(plan.statements, key=lambda item: item.phase):
        items = list(group)
        side_by_side = side_by_side and phase is not Phase.REFRESH
        if not side_by_side or phase not in (Phase.ROWS, Phase.KEYS):
            parts.append(Part(items))
        elif phase is Phase.ROWS:
            parts.append(Rows(items))
        else:
            parts += _keys_apart(items, sizes)
    return parts


def _keys_apart(items: list[Statement], sizes: dict[str, int]) -> Iterator[Part]:
    """Give first what is built on one table alone; the others need only those and the rows."""
    alone = [item for item in items if _table_of(item) is not None]
    others = [item for item in items if _table_of(item) is None]
    if alone:
        yield Keys(alone, sizes)
    if others:
        yield Part(others)


def _table_of(item: Statement) -> str | None:
    if item.kind not in _KEYS:
        return None
    match = _BUILT_ALONE.match(item.sql)
    return match["table"] if match else None
