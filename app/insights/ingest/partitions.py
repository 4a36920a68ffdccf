"""The tables of the days: made ahead, and dropped when their time is over."""

from datetime import UTC, date, datetime, time, timedelta

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine

from app.sql_blocks import load_statements

_PARTITIONS = load_statements("app.insights", "ingest")["partitions"]

DAYS_AHEAD = 3
LOCK_TIMEOUT = "5s"
PREFIX = "events_"


def keep_partitions(engine: Engine, days: int) -> list[str]:
    """Make the tables of the last `days` days and of some to come, and drop those before.

    Events of all these days can then be stored. Return the names of those that were dropped.
    """
    today = datetime.now(UTC).date()
    wanted = [today + timedelta(days=offset) for offset in range(-days, DAYS_AHEAD + 1)]
    names = {_name(day): day for day in wanted}
    with engine.connect() as connection:
        present = set(connection.scalars(_PARTITIONS))
    if not names.keys() - present and not present - names.keys():
        return []
    with engine.begin() as connection:
        driver = _driver(connection)
        driver.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
        for name in sorted(names.keys() - present):
            _make(driver, name, names[name])
        gone = sorted(name for name in present if PREFIX <= name < _name(wanted[0]))
        for name in gone:
            driver.execute(sql.SQL("DROP TABLE control.{}").format(sql.Identifier(name)))
    return gone


def oldest_kept(days: int) -> datetime:
    """Return the moment before which events are not kept."""
    today = datetime.now(UTC).date()
    return datetime.combine(today - timedelta(days=days), time(), UTC)


def _make(connection: "psycopg.Connection[tuple[object, ...]]", name: str, day: date) -> None:
    statement = sql.SQL(
        "CREATE TABLE IF NOT EXISTS control.{} PARTITION OF control.events"
        " FOR VALUES FROM ({}) TO ({})"
    )
    bounds = (datetime.combine(day + timedelta(days=more), time(), UTC) for more in (0, 1))
    ends = (sql.Literal(moment.isoformat()) for moment in bounds)
    connection.execute(statement.format(sql.Identifier(name), *ends))


def _name(day: date) -> str:
    return f"{PREFIX}{day:%Y%m%d}"


def _driver(connection: Connection) -> "psycopg.Connection[tuple[object, ...]]":
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver
