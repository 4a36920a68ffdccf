"""What a clone reads of its source beside rows, for another server: positions, statistics."""

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection

from ..catalog.reading import ask
from ..compiler.parts.planner import RESTORABLE
from ..execution.wire import stream
from ..plan import STATISTICS, ClonePlan, Phase, Statement
from ..text import comma, compose, literal, qualified
from .sessions import transfer_query

AT_ONCE = 500
"""Sequences that are asked for in one round trip."""


def read_positions(
    connection: "Connection[Any]", source: str, items: Sequence[Statement]
) -> dict[str, tuple[str, str]]:
    """Return where every sequence stands that the statements are about."""
    names = [item.identity for item in items if item.phase is Phase.POSITIONS]
    found = {}
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        script = ";\n".join(
            compose("SELECT last_value, is_called FROM {name}", name=qualified(source, name))
            for name in some
        )
        for name, result in zip(some, stream(connection, script), strict=True):
            last, called = (result.get_value(0, column) or b"" for column in (0, 1))
            found[name] = (last.decode(), "true" if called == b"t" else "false")
    return found


def set_position(target: str, name: str, position: tuple[str, str]) -> str:
    """Return the statement that puts a sequence where its source stands."""
    return compose(
        "SELECT pg_catalog.setval({name}::pg_catalog.regclass, {last}, {called})",
        name=literal(qualified(target, name)),
        last=position[0],
        called=position[1],
    )


def is_carried_statistics(item: Statement) -> bool:
    """Tell whether a statement would read the planner's statistics of the source."""
    return item.kind == STATISTICS and item.identity in ("relations", "columns")


def carry_statistics(
    plan: ClonePlan, source: "Connection[Any]", oid: int, target: "Connection[Any]", name: str
) -> None:
    """Write the planner's statistics on the other side, or measure them where it cannot be."""
    if target.info.server_version < RESTORABLE:
        target.execute(_analyze(plan, name).encode())
        return
    for kind in ("relation_statistics", "column_statistics"):
        rows = [(name, *row) for row in ask(source, transfer_query(kind), {"schema": oid})]
        if rows:
            with target.cursor() as cursor:
                cursor.executemany(transfer_query(f"restore_{kind}"), rows)


def _analyze(plan: ClonePlan, name: str) -> str:
    tables = comma([qualified(name, table) for table in _filled(plan)])
    return f"ANALYZE {tables}" if tables else ""


def _filled(plan: ClonePlan) -> Iterator[str]:
    for item in plan.statements:
        if item.kind in ("rows", "refresh"):
            yield item.identity
