"""Proves that a clone is exact: definitions, rows, sequence positions, and no tie to its source."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from psycopg import Connection, pq

from ..catalog.catalog import read_catalog
from ..catalog.contents import read_positions, read_tables
from ..catalog.reading import reading
from ..catalog.sums import Inspection, inspect
from ..catalog.ties import find_ties
from ..compiler.compiler import plan_from_catalog
from ..errors import SchemaToolsError
from ..plan import ClonePlan
from .comparison import Difference, compare_definitions, texts_of
from .rehearsal import compare_inspections, is_reprint, remake, tie


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
    ties: tuple[str, ...]

    def to_json(self) -> str:
        """Serialise, for keeping."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def verify(
    connection: "Connection[Any]", source: str, target: str, *, keep_ties: bool = False
) -> list[Difference]:
    """Compare two schemas in full; an empty list means that the clone is exact.

    Reads every row of both, in one snapshot when the connection is not in a transaction, else in
    that transaction: sequences have no snapshot, so their positions are those of the moment.
    `keep_ties` allows that one needs the other by way of objects in other schemas.

    Raises:
        SourceNotFound, PrivilegeMissing, InvalidName: one of them cannot be read.
        UnsupportedObject: one of them holds something that the compiler does not know.
    """
    return list(prove(connection, source, target, keep_ties=keep_ties).differences)


def prove(
    connection: "Connection[Any]", source: str, target: str, *, keep_ties: bool = False
) -> Manifest:
    """Like `verify`, with what was compared."""
    with _snapshot(connection) as settled:
        ours, theirs = _look_at_both(connection, source, target, settled)
        plans = ours.plan, theirs.plan
        differences = _without_reprints(connection, plans, list(compare_definitions(*plans)))
        differences += compare_values("table", ours.tables, theirs.tables)
        differences += compare_values("sequence", ours.positions, theirs.positions)
        here, there = ours.inspection, theirs.inspection
        differences += compare_inspections(connection, here, there, target)
        ties, _ = find_ties(connection, target, there.names.keys(), here.names.keys())
        back, _ = find_ties(connection, source, here.names.keys(), there.names.keys())
        ties += back
        if not keep_ties:
            differences += [tie(chain) for chain in ties]
    return Manifest(
        source=source,
        target=target,
        source_fingerprint=plans[0].fingerprint,
        target_fingerprint=plans[1].fingerprint,
        tables={name: TableProof(*value) for name, value in ours.tables.items()},
        sequences={name: value[0] for name, value in ours.positions.items()},
        differences=tuple(differences),
        ties=tuple(ties),
    )


@dataclass(frozen=True)
class _Side:
    """What is compared of one schema: without its catalog, for that of a large one is large."""

    plan: ClonePlan
    tables: Mapping[str, tuple[int, str]]
    positions: Mapping[str, tuple[str]]
    inspection: Inspection


@contextmanager
def _snapshot(connection: "Connection[Any]") -> Iterator[bool]:
    """Read one moment, unless the caller has chosen how; tells whether it is one."""
    chosen = connection.info.transaction_status == pq.TransactionStatus.INTRANS
    with connection.transaction(force_rollback=True):
        if not chosen:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield not chosen


def _look_at_both(
    connection: "Connection[Any]", source: str, target: str, settled: bool
) -> tuple[_Side, _Side]:
    """Read both schemas, one after the other, with names printed in the same way."""
    for schema in (source, target):
        with reading(connection, schema):
            pass  # it is there: no rows are read in vain
    ours = _look_at(connection, source, by_path=False, settled=settled)
    theirs = _look_at(connection, target, by_path=ours.plan.by_path, settled=settled)
    if theirs.plan.by_path and not ours.plan.by_path:  # the role may not rename the clone
        ours = _look_at(connection, source, by_path=True, settled=settled)
    return ours, theirs


def _look_at(connection: "Connection[Any]", schema: str, *, by_path: bool, settled: bool) -> _Side:
    catalog = read_catalog(connection, schema, by_path=by_path, settled=settled)
    return _Side(
        plan_from_catalog(catalog),
        read_tables(connection, catalog),
        read_positions(connection, catalog),
        inspect(connection, catalog),
    )


def compare_values(
    kind: str, source: Mapping[str, tuple[Any, ...]], clone: Mapping[str, tuple[Any, ...]]
) -> list[Difference]:
    """Compare the values of what both schemas have."""
    return [
        Difference(kind, name, f"holds {clone[name]} in the clone, {value} in the source")
        for name, value in source.items()
        if name in clone and clone[name] != value
    ]


def _without_reprints(
    connection: "Connection[Any]",
    plans: tuple[ClonePlan, ClonePlan],
    differences: list[Difference],
) -> list[Difference]:
    """Leave out what differs only because the clone's text was read once more than the source's.

    The source's own text, read once more, tells: a rehearsal makes it.
    """
    doubtful = [difference for difference in differences if is_reprint(*plans, difference)]
    if not doubtful:
        return differences
    try:
        remade = texts_of(remake(connection, plans[0]))
    except SchemaToolsError as error:  # the role may not make a schema, for example
        return [_unexplained(each, error) if each in doubtful else each for each in differences]
    theirs = texts_of(plans[1])
    explained = {
        difference
        for difference in doubtful
        if (key := (difference.kind, difference.identity)) in remade and remade[key] == theirs[key]
    }
    return [difference for difference in differences if difference not in explained]


def _unexplained(difference: Difference, error: SchemaToolsError) -> Difference:
    """Return the difference with the reason why it may be none."""
    reason = f"the source's text could not be read once more: {error}"
    return replace(difference, detail=f"{difference.detail} (perhaps only printed; {reason})")
