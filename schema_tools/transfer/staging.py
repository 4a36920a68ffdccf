"""A schema that is loaded in several transactions: under another name until it is whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from ..catalog.reading import ask
from ..drop import drop_schema
from ..errors import SchemaToolsError
from ..mark import MARK
from ..plan import ClonePlan, Statement
from ..proof.rehearsal import scratch_name
from ..text import ident
from .player import Player
from .sessions import transfer_query

UNFINISHED = "(unfinished)"
"""How the mark of a schema ends that is still being loaded, or whose loading was cut off."""


HOLES_OF_A_NAME = 2
"""NULs in a statement that names the schema once: in the name of what it makes."""


def unfinished_mark(database: str, source: str, name: str) -> str:
    """Return the mark of what is to become `name`."""
    return f"{MARK}{ident(database)}.{ident(source)} for {ident(name)} {UNFINISHED}"


@contextmanager
def scratch_lock(target: "Connection[Any]") -> Iterator[str]:
    """Give a name to load under, with a lock that says that it is being worked on."""
    scratch = scratch_name()
    target.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [scratch])
    try:
        yield scratch
    finally:
        if not target.closed:
            target.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [scratch])


def sweep(target: "Connection[Any]", plan: ClonePlan, database: str, name: str) -> None:
    """Drop what transfers to the same name have left unfinished when they were killed."""
    mark = unfinished_mark(database, plan.source, name)
    for (left,) in ask(target, transfer_query("unfinished"), {"mark": mark}):
        drop_schema(target, left)


def start(player: Player, target: "Connection[Any]", scratch: str, name: str) -> None:
    """Make the schema to load into, marked as unfinished, so that it can be dropped."""
    mark = unfinished_mark(player.snapshot.database, player.plan.source, name)
    with target.transaction():
        player.begin(target, scratch)
        player.make_schema(target, scratch, mark)


def finish(
    player: Player, target: "Connection[Any]", scratch: str, name: str, made: Sequence[Statement]
) -> None:
    """Give the schema its name, also where the server keeps it as text, and its comment.

    The transaction goes on with what comes after the keys. `made` is what was made before.

    Raises:
        SchemaToolsError: something keeps the former name, which must never be seen.
    """
    target.execute(f"ALTER SCHEMA {ident(scratch)} RENAME TO {ident(name)}".encode())
    player.begin(target, name)
    player.comment_on(target, name)
    for item in made:
        if item.kind in ("function", "procedure") and item.sql.count("\0") > HOLES_OF_A_NAME:
            text = item.sql.replace("CREATE ", "CREATE OR REPLACE ", 1)
            target.execute(player.render(text, name).encode())
    values = {"target": name, "former": scratch}
    for what, change in ask(target, transfer_query("leaks"), values):
        if change is None:
            raise SchemaToolsError(
                f"{what} keeps its own schema's name as text, which a renaming does not change:"
                " transfer the schema with one job"
            )
        target.execute(change.encode())
