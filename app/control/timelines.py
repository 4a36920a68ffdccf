"""What will happen in a template and its clones, as the demo's seeds wrote it.

The engine keeps and hands out timelines without knowing what is in them: a value is a JSON object
with a moment. Clones share their template's, so that a clone does not have to carry one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine

from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "timelines")

Entry = tuple[datetime, dict[str, Any]]
"""A moment, and what happens then."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Moments in their order, and beside each what happens then. A process has one of each."""

    moments: tuple[datetime, ...]
    values: tuple[dict[str, Any], ...]


NOTHING = Timeline((), ())


def write_timeline(
    connection: Connection, template: str, version: int, entries: Iterable[Entry]
) -> None:
    """Keep the timeline of a template's version, and forget those that no tenant needs any more."""
    moments, values = [], []
    for moment, value in entries:
        moments.append(moment)
        values.append(value)
    connection.execute(
        _SQL["write"],
        {"template": template, "version": version, "moments": moments, "entries": Jsonb(values)},
    )
    connection.execute(_SQL["forget"], {"template": template})


def fetch_timeline(engine: Engine, template: str, version: int) -> Timeline:
    """Return the timeline of a template's version; it never changes, and is kept in the process."""
    return _fetch(engine, template, version)


@lru_cache(maxsize=64)  # each template, scenarios too, with the version before it
def _fetch(engine: Engine, template: str, version: int) -> Timeline:
    with engine.connect() as connection:
        row = connection.execute(
            _SQL["fetch"], {"template": template, "version": version}
        ).one_or_none()
    return NOTHING if row is None else Timeline(tuple(row.moments), tuple(row.entries))
