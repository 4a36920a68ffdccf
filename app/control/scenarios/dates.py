"""Moves the dates in a schema's rows, so that what was today when it was saved is today again.

All moments move by one interval, so that no two of them change their order: across a change of the
clocks those on its other side are an hour off.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection, sql
from psycopg.rows import class_row

from app.sql_blocks import load_blocks

_SQL = load_blocks("app.control.scenarios", "dates")

FAR = 146_097
"""Days in four hundred years: rows that are unique by their date go there and back, since one
statement that moves them by a day would meet those that it has not moved yet."""


@dataclass(frozen=True, slots=True)
class _Column:
    table_name: str
    column_name: str
    kind: str
    is_unique: bool


class ImmovableDates(Exception):
    """A schema has dates that cannot be moved; the message names a column."""


def days_since(saved_at: datetime, now: datetime, zone: str) -> int:
    """Return the days to move by: a day is over at the time of day of saving, never before.

    So no row comes to lie after the present moment that did not when it was saved.
    """
    return max(0, (_local(now, zone) - _local(saved_at, zone)).days)


def moved_by(saved_at: datetime, days: int, zone: str) -> timedelta:
    """Return what moments move by: the same time of day, so many days later."""
    later = (_local(saved_at, zone) + timedelta(days)).replace(tzinfo=ZoneInfo(zone))
    return later.astimezone(UTC) - saved_at.astimezone(UTC)


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def ensure_movable(connection: "Connection[Any]", schema: str) -> None:
    """Raise `ImmovableDates` if a column holds dates in a form that is not moved."""
    row = connection.execute(_SQL["immovable"], [schema]).fetchone()
    if row is not None:
        raise ImmovableDates(f"{row[0]}.{row[1]} ({row[2]}) holds dates that cannot be moved on")


def move_dates(
    connection: "Connection[Any]", schema: str, days: int, by: timedelta, fixed: Collection[str]
) -> None:
    """Move every date by `days`, every moment by `by`; part of the caller's transaction.

    `fixed` names columns, as `table.column`, that stay.
    """
    with connection.cursor(row_factory=class_row(_Column)) as cursor:
        columns = cursor.execute(_SQL["movable"], [schema]).fetchall()
    tables: defaultdict[str, list[_Column]] = defaultdict(list)
    for column in columns:
        if f"{column.table_name}.{column.column_name}" not in fixed:
            tables[column.table_name].append(column)
    for table, moving in tables.items():
        name = sql.Identifier(schema, table)
        if any(column.is_unique for column in moving):
            far = timedelta(FAR)
            _move(connection, name, moving, FAR, far)
            _move(connection, name, moving, days - FAR, by - far)
        else:
            _move(connection, name, moving, days, by)


def _move(
    connection: "Connection[Any]",
    table: sql.Identifier,
    columns: list[_Column],
    days: int,
    by: timedelta,
) -> None:
    amounts = {
        "date": sql.Literal(days),
        # Not as days: the server would count those by its own time zone.
        "timestamp with time zone": sql.SQL("make_interval(secs => {})").format(
            sql.Literal(by.total_seconds())
        ),
        "timestamp without time zone": sql.SQL("make_interval(days => {})").format(
            sql.Literal(days)
        ),
    }
    changes = [
        sql.SQL("{name} = {name} + {amount}").format(
            name=sql.Identifier(column.column_name), amount=amounts[column.kind]
        )
        for column in columns
    ]
    connection.execute(sql.SQL("UPDATE {} SET {}").format(table, sql.SQL(", ").join(changes)))
