"""Proves that a clone in another database is exact.

What the source is, its own plan tells, which a rehearsal in the source's database has proven. The
plan's definitions are made once more in the other database, in a transaction that is rolled back,
and the clone is held against those: both were read by the same server, so versions that print
definitions otherwise, or keep other things of them, do not matter. Rows and positions are compared
with the source itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from ..catalog.catalog import Catalog, read_catalog
from ..catalog.contents import read_positions, read_tables
from ..catalog.reading import ask
from ..catalog.sums import inspect
from ..compiler.compiler import compile_plan, plan_from_catalog
from ..errors import SchemaToolsError
from ..plan import ClonePlan
from ..proof.comparison import Difference, compare_definitions
from ..proof.rehearsal import compare_inspections, scratch_name
from ..proof.verify import Manifest, TableProof, compare_values
from .player import Player, errors_told
from .requirements import ensure_requirements
from .sessions import ensure_idle
from .snapshot import Snapshot, open_snapshot


def verify_across(
    source_connection: "Connection[Any]",
    target_connection: "Connection[Any]",
    source: str,
    target: str,
    *,
    keep_ties: bool = False,
    untested_server: bool = False,
) -> list[Difference]:
    """Compare a schema with its clone in another database; an empty list means that it is exact.

    Both connections must be in no transaction. Reads every row of both.

    Raises:
        RequirementsMissing: the other database lacks what the schema needs.
        SourceNotFound, PrivilegeMissing, InvalidName: one of them cannot be read.
        UnsupportedObject, Unproven: the source cannot be compiled.
    """
    manifest = prove_across(
        source_connection,
        target_connection,
        source,
        target,
        keep_ties=keep_ties,
        untested_server=untested_server,
    )
    return list(manifest.differences)


def prove_across(
    source_connection: "Connection[Any]",
    target_connection: "Connection[Any]",
    source: str,
    target: str,
    *,
    keep_ties: bool = False,
    untested_server: bool = False,
) -> Manifest:
    """Like `verify_across`, with what was compared."""
    ensure_idle(target_connection)
    _ensure_same_encoding(source_connection, target_connection)
    plan = compile_plan(
        source_connection, source, keep_ties=keep_ties, untested_server=untested_server
    )
    with (
        errors_told(plan, target),
        open_snapshot(plan, source_connection, check=True) as snapshot,
        target_connection.transaction(force_rollback=True),
    ):
        target_connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        theirs = read_catalog(target_connection, target, by_path=plan.by_path, settled=True)
        differences = _compare(plan, snapshot, target_connection, theirs)
        ours = read_catalog(source_connection, source, by_path=True, settled=True)
        tables = read_tables(source_connection, ours)
        differences += compare_values("table", tables, read_tables(target_connection, theirs))
        positions = read_positions(source_connection, ours)
        differences += compare_values(
            "sequence", positions, read_positions(target_connection, theirs)
        )
    return Manifest(
        source=source,
        target=target,
        source_fingerprint=plan.fingerprint,
        target_fingerprint=plan_from_catalog(theirs).fingerprint,
        tables={name: TableProof(*value) for name, value in tables.items()},
        sequences={name: value[0] for name, value in positions.items()},
        differences=tuple(differences),
        ties=plan.ties,
    )


def _ensure_same_encoding(source: "Connection[Any]", target: "Connection[Any]") -> None:
    """See that equal rows have equal checksums.

    Raises:
        SchemaToolsError: the databases have different encodings.
    """
    ours, theirs = (ask(each, "SHOW server_encoding")[0][0] for each in (source, target))
    if ours != theirs:
        raise SchemaToolsError(
            f"rows are compared by checksums of their bytes, and the databases have different"
            f" encodings ({ours}, {theirs}): compare them by other means"
        )


def _compare(
    plan: ClonePlan, snapshot: Snapshot, target: "Connection[Any]", theirs: Catalog
) -> list[Difference]:
    """Compare the clone with what the plan makes in the same database."""
    clone = inspect(target, theirs)
    with _made_again(plan, snapshot, target) as expected:
        differences = list(
            compare_definitions(plan_from_catalog(expected), plan_from_catalog(theirs))
        )
        differences += compare_inspections(target, inspect(target, expected), clone, theirs.name)
    return differences


@contextmanager
def _made_again(
    plan: ClonePlan, snapshot: Snapshot, target: "Connection[Any]"
) -> Iterator[Catalog]:
    """Make the plan's definitions under a name of their own, read them, and undo it."""
    scratch = scratch_name()
    extensions_in = ensure_requirements(
        plan, snapshot.members, snapshot.connection, target, scratch, older_server=True
    )
    player = Player(plan, snapshot, extensions_in, statistics=False)
    with target.transaction(force_rollback=True):
        player.begin(target, scratch)
        player.make_schema(target, scratch)
        player.play_definitions(target, scratch)
        yield read_catalog(target, scratch, by_path=plan.by_path, settled=True)
