"""Proves a plan: runs it under a name of its own, and holds what came of it against the source.

All of it happens in a transaction that is rolled back. The definitions run always, the rows where
they are few; of many rows a sample runs, which shows that the statement works.
"""

import json
import secrets
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from ..catalog.catalog import read_catalog
from ..catalog.inspection import Fact
from ..catalog.reading import ask, query
from ..catalog.sums import Inspection, find_differing, inspect
from ..catalog.ties import find_ties
from ..compiler.binding import unbound
from ..compiler.compiler import plan_from_catalog
from ..compiler.lexer import tokenize
from ..errors import CloneFailed, LockTableTooSmall, Unproven
from ..execution.executor import errors_told, replay_inside
from ..execution.explain import REMEDIES
from ..execution.samples import Rows, rows_to_rehearse
from ..plan import ClonePlan, Proof
from ..text import TARGET, few
from .comparison import Difference, compare_definitions, texts_of

REPRINTABLE = frozenset(
    {
        "check",
        "default",
        "domain",
        "domain constraint",
        "exclusion constraint",
        "function",
        "index",
        "materialised view",
        "partition",
        "policy",
        "procedure",
        "rule",
        "statistics object",
        "table",
        "trigger",
        "view",
        "view stand-in",
    }
)
"""Kinds whose statements hold expressions. The server keeps those as trees and prints them: some
are printed otherwise once their own text was read (`IN` over varchar gets other casts)."""


def rehearse(connection: "Connection[Any]", plan: ClonePlan, source: Inspection) -> ClonePlan:
    """Return the plan of a source with a proof.

    Raises:
        Unproven: a statement failed, or what came of the plan is not what the source holds.
        PlanOutdated, PrivilegeMissing, …: as `run_plan` raises them.
    """
    scratch = scratch_name()
    rows = rows_to_rehearse(plan)
    try:
        with (
            errors_told(plan, connection, scratch),
            connection.transaction(force_rollback=True),
        ):
            replay_inside(plan, connection, scratch, rows)
            return replace(plan, proof=prove_made(connection, plan, source, scratch, rows))
    except CloneFailed as error:
        if isinstance(error, LockTableTooSmall) or isinstance(error.__cause__, tuple(REMEDIES)):
            raise  # it says nothing of the plan
        raise Unproven(f"the rehearsal of the plan failed: {error}") from error


def remake(connection: "Connection[Any]", plan: ClonePlan) -> ClonePlan:
    """Return the plan of what this plan makes, without rows: its texts were read once more.

    The plan is of what the transaction sees, so nothing checks whether that is still there.

    Raises:
        SchemaToolsError: as `run_plan` raises it.
    """
    scratch = scratch_name()
    with errors_told(plan, connection, scratch), connection.transaction(force_rollback=True):
        replay_inside(plan, connection, scratch, Rows.NONE, check=False)
        made = read_catalog(connection, scratch, by_path=plan.by_path, settled=True)
        return plan_from_catalog(made)


def scratch_name() -> str:
    """Make a schema name that is not in use."""
    return f"schema_tools_{secrets.token_hex(16)}"


def prove_made(
    connection: "Connection[Any]", plan: ClonePlan, source: Inspection, made: str, rows: Rows
) -> Proof:
    """Hold what the plan has just made, in this transaction, against its source.

    Raises:
        Unproven: it is something else, or tied to the source; every object is named.
    """
    locks = ask(connection, query("locks"))
    made_catalog = read_catalog(connection, made, by_path=plan.by_path, settled=True)
    clone, remade = inspect(connection, made_catalog), plan_from_catalog(made_catalog)
    del made_catalog
    found = compare_inspections(connection, source, clone, plan.source)
    if not plan.ties:
        ties, _ = find_ties(connection, made, clone.names.keys(), source.names.keys())
        found += [tie(chain) for chain in ties]
    reprinted = []
    for difference in compare_definitions(plan, remade):
        if not found and is_reprint(plan, remade, difference):
            reprinted.append(f"{difference.kind} {difference.identity}")
        else:
            found.append(difference)
    if found:
        raise Unproven(f"a clone of {plan.source!r} would not be what the source is: {few(found)}")
    return Proof(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        server_version=connection.info.server_version,
        rows=rows.value,
        objects=len(source.names),
        edges=source.edges,
        locks=locks[0][0],
        reprinted=tuple(reprinted),
    )


def compare_inspections(
    connection: "Connection[Any]", source: Inspection, clone: Inspection, schema: str
) -> list[Difference]:
    """Return every catalog row and every dependency that differs."""
    if source.sums == clone.sums:
        return []
    found = []
    said, others = find_differing(connection, source, clone)
    for ours, theirs in ((said.facts, others.facts), (said.edges, others.edges)):
        missing, extra = _by_object(ours - theirs), _by_object(theirs - ours)
        for who in sorted(missing.keys() | extra.keys()):
            here, there = missing.get(who, set()), extra.get(who, set())
            detail = (
                f"is {_said(there - here, schema)} in the clone,"
                f" {_said(here - there, schema)} in the source"
            )
            found.append(Difference(*_kind_and_name(who, schema), detail))
    return found


def _by_object(facts: "Counter[Fact]") -> dict[str, set[str]]:
    """Group what is said by the object that it is said of; a catalog row is cut into columns."""
    found: dict[str, set[str]] = {}
    for who, what in facts:
        catalog, brace, text = what.partition(" {")
        said = (
            {f"{column} {value}" for column, value in json.loads(brace + text).items()}
            if brace
            else {catalog}
        )
        found.setdefault(who, set()).update(said)
    return found


def _said(what: set[str], schema: str) -> str:
    return _shown(", ".join(sorted(what)), schema) or "without it"


def tie(chain: str) -> Difference:
    """Return the difference that a chain of needs from a clone to its source is."""
    return Difference("tie", chain, "the clone depends on its source")


def is_reprint(plan: ClonePlan, remade: ClonePlan, difference: Difference) -> bool:
    """Tell whether two texts may be one expression, printed before and after it was read again."""
    if difference.kind not in REPRINTABLE:
        return False
    key = (difference.kind, difference.identity)
    ours, theirs = texts_of(plan).get(key), texts_of(remade).get(key)
    if ours is None or theirs is None:
        return False
    return [_constants(text) for text in ours] == [_constants(text) for text in theirs]


def _constants(text: str) -> list[str]:
    """The strings in a statement, which no way of printing changes."""
    return [token.text for token in tokenize(text) if token.kind in ("string", "dollar")]


def _kind_and_name(who: str, schema: str) -> tuple[str, str]:
    kind, _, name = who.partition(f" {TARGET}")
    return (kind, _shown(f"{TARGET}{name}", schema)) if name else ("object", _shown(who, schema))


def _shown(text: str, schema: str) -> str:
    return unbound(text, schema)
