"""Proves that a clone is exact: definitions, rows, sequence positions, and no tie to its source."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import Connection, pq

from .catalog import ask, fetch, reading
from .compiler import compile_plan
from .plan import ClonePlan, Phase, Statement
from .text import comma, compose, ident, qualified


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which two schemas are not the same."""

    kind: str
    identity: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}: {self.detail}"


@dataclass(frozen=True, slots=True)
class TableProof:
    """A table's number of rows, and a checksum of them that does not depend on their order."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Manifest:
    """What was compared, for keeping beside the clone."""

    source: str
    target: str
    source_fingerprint: str
    target_fingerprint: str
    tables: dict[str, TableProof]
    sequences: dict[str, str]
    differences: tuple[Difference, ...]

    def to_json(self) -> str:
        """Serialise, for keeping."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def verify(connection: "Connection[Any]", source: str, target: str) -> list[Difference]:
    """Compare two schemas in full; an empty list means that the clone is exact.

    Reads every row of both, in one snapshot when the connection is not in a transaction, else in
    that transaction: sequences have no snapshot, so their positions are those of the moment.

    Raises:
        SourceNotFound, PrivilegeMissing, InvalidName: one of them cannot be read.
        UnsupportedObject: one of them holds something that the compiler does not know.
    """
    return list(prove(connection, source, target).differences)


def prove(connection: "Connection[Any]", source: str, target: str) -> Manifest:
    """Like `verify`, with what was compared."""
    with _snapshot(connection):
        plans = compile_plan(connection, source), compile_plan(connection, target)
        differences = list(_compare_definitions(*plans))
        tables = _compare_all(connection, plans, differences, _ROWS, "table", _checksum)
        positions = _compare_all(
            connection, plans, differences, (Phase.POSITIONS,), "sequence", _position
        )
        differences += _ties(connection, source, target)
    return Manifest(
        source=source,
        target=target,
        source_fingerprint=plans[0].fingerprint,
        target_fingerprint=plans[1].fingerprint,
        tables={name: TableProof(*value) for name, value in tables.items()},
        sequences={name: value[0] for name, value in positions.items()},
        differences=tuple(differences),
    )


_ROWS = (Phase.ROWS, Phase.REFRESH)


@contextmanager
def _snapshot(connection: "Connection[Any]") -> Iterator[None]:
    """One moment for everything that is read, unless the caller has chosen one."""
    chosen = connection.info.transaction_status == pq.TransactionStatus.INTRANS
    with connection.transaction(force_rollback=True):
        if not chosen:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _compare_definitions(source: ClonePlan, target: ClonePlan) -> list[Difference]:
    ours, theirs = _texts(source.statements), _texts(target.statements)
    found = []
    for (kind, identity), texts in ours.items():
        others = theirs.get((kind, identity), Counter())
        if not others:
            found.append(Difference(kind, identity, "is missing in the clone"))
        elif texts != others:
            detail = (
                f"is {_shown(others - texts)} in the clone, {_shown(texts - others)} in the source"
            )
            found.append(Difference(kind, identity, detail))
    extra = (key for key in theirs if key not in ours)
    found += [Difference(*key, "is in the clone only") for key in extra]
    return found


def _texts(statements: tuple[Statement, ...]) -> dict[tuple[str, str], Counter[str]]:
    texts: dict[tuple[str, str], Counter[str]] = {}
    for item in statements:
        shown = item.meaning.replace("\0", "")
        texts.setdefault((item.kind, item.identity), Counter())[shown] += 1
    return texts


def _shown(texts: Counter[str]) -> str:
    return " / ".join(texts) or "absent"


def _compare_all(
    connection: "Connection[Any]",
    plans: tuple[ClonePlan, ClonePlan],
    differences: list[Difference],
    phases: tuple[Phase, ...],
    kind: str,
    read: Any,
) -> dict[str, tuple[Any, ...]]:
    """Read one value for each object of the phases in both schemas, and compare."""
    names = [[item.identity for item in plan.statements if item.phase in phases] for plan in plans]
    values: list[dict[str, tuple[Any, ...]]] = []
    for plan, own in zip(plans, names, strict=True):
        with reading(connection, plan.source):
            values.append({name: read(connection, plan.source, name) for name in own})
    for name, value in values[0].items():
        other = values[1].get(name)
        if other is not None and other != value:
            differences.append(
                Difference(kind, name, f"holds {other} in the clone, {value} in the source")
            )
    return values[0]


def _checksum(connection: "Connection[Any]", schema: str, table: str) -> tuple[int, str]:
    """Rows and checksum: the sum, modulo 2^128, of the MD5 of every row's text."""
    columns = [
        ident(row[0])
        for row in ask(
            connection,
            "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [qualified(schema, table)],
        )
    ]
    statement = compose(
        "SELECT count(*),"
        " coalesce(sum(('x' || left(h, 16))::bit(64)::bigint::numeric), 0)::text || ':'"
        " || coalesce(sum(('x' || right(h, 16))::bit(64)::bigint::numeric), 0)::text"
        " FROM (SELECT md5(ROW({columns})::text) AS h FROM ONLY {table}) AS hashed",
        columns=comma(columns),
        table=qualified(schema, table),
    )
    row = ask(connection, statement)[0]
    return int(row[0]), str(row[1])


def _position(connection: "Connection[Any]", schema: str, sequence: str) -> tuple[str]:
    statement = compose(
        "SELECT last_value, is_called FROM {sequence}", sequence=qualified(schema, sequence)
    )
    row = ask(connection, statement)[0]
    return (f"{row[0]}{' (used)' if row[1] else ' (unused)'}",)


def _ties(connection: "Connection[Any]", source: str, target: str) -> list[Difference]:
    """Objects of one schema that depend on an object of the other."""
    found = []
    for this, other in ((target, source), (source, target)):
        with reading(connection, this) as oid:
            rows = fetch(connection, "ties", this, {"schema": oid, "other": other})
            found += [
                Difference(row.kind, row.identity, f"depends on {row.needed}") for row in rows
            ]
    return found
