"""Keeps saved scenarios at the present day and at this release's tables.

A template that cannot be brought there is marked as failed, with the reason: it is not offered, and
the next look tries again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import psycopg
import structlog
from psycopg import errors
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.control import transitions
from app.control.operators.migrate import LOCK_TIMEOUT, sentence
from app.control.scenarios.dates import days_since, move_dates, moved_by
from app.control.timelines import Entry, write_timeline
from app.database.isolation import open_template
from app.demo import Demo
from app.migrations import tenant_head, upgrade_tenant
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_SQL = load_statements("app.control.scenarios", "scenarios")
_LIMIT_LOCK_WAIT = load_statements("app.control", "operators")["limit_lock_wait"]


def renew_saved(engine: Engine, demo: Demo, now: datetime | None = None) -> list[str]:
    """Bring the template of each saved scenario forward. Return the schemas that changed.

    One that is up to date costs one query. The default is the present moment of the demo.
    """
    with engine.connect() as connection:
        rows = connection.execute(_SQL["to_renew"]).all()
    renewed = []
    for row in rows:
        try:
            with engine.begin() as connection:
                if _renew(connection, demo, row.id, now or demo.now()):
                    renewed.append(row.schema_name)
        except Exception as error:  # a revision is a program: it may fail in any way
            _give_up(engine, row.id, row.schema_name, error)
    if renewed:
        log.info("scenarios renewed", action="scenarios_renewed", templates=renewed)
    return renewed


def without_saved(engine: Engine, demo: Demo) -> Demo:
    """Return the demo without the folders whose name a saved scenario has: it would be replaced."""
    folders = demo.folder_names
    if not folders:
        return demo
    with engine.connect() as connection:
        clashes = sorted(folders & set(connection.scalars(_SQL["names_saved"])))
    if clashes:
        log.error("folder hidden by a saved scenario", action="scenario_clash", names=clashes)
        return demo.without_scenarios(clashes)
    return demo


def _give_up(engine: Engine, scenario: UUID, schema: str, error: Exception) -> None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    log.error("not renewed", action="scenario_failed", schema=schema, error=sentence(error))
    if isinstance(cause, errors.LockNotAvailable | errors.DeadlockDetected):
        return  # a clone reads it: the next look will do
    with engine.begin() as connection:
        row = connection.execute(_SQL["lock_saved"], {"id": scenario}).one_or_none()
        if row is not None:
            transitions.FAIL_TEMPLATE.run(
                connection, template_id=row.template_id, failure=sentence(error)
            )


class SchemaMissing(Exception):
    """A saved scenario has lost its rows."""


def _renew(connection: Connection, demo: Demo, scenario: UUID, now: datetime) -> bool:
    connection.execute(_LIMIT_LOCK_WAIT, {"timeout": LOCK_TIMEOUT})
    row = connection.execute(_SQL["lock_to_renew"], {"id": scenario}).one_or_none()
    if row is None:
        return False  # it is being deleted
    if not row.is_there:
        raise SchemaMissing("Its schema is missing: restore it from a backup, or delete it.")
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    schema, tree = row.schema_name, demo.tables.migrations
    head = row.revision if tree is None else tenant_head(tree)
    days = days_since(row.saved_at, now, demo.timezone)
    is_current = row.state == "ready" and row.revision == head and row.has_timeline
    if is_current and days == row.moved_days:
        return False
    if row.revision != head and tree is not None:
        upgrade_tenant(connection, schema, tree)
        open_template(driver, schema, deletable=demo.tables.may_delete)
    total = moved_by(row.saved_at, days, demo.timezone)
    if days != row.moved_days:
        before = moved_by(row.saved_at, row.moved_days, demo.timezone)
        step = days - row.moved_days
        move_dates(driver, schema, step, total - before, demo.tables.fixed_dates)
        connection.execute(_SQL["note_moved"], {"id": scenario, "days": days})
    version = transitions.PUBLISH_TEMPLATE.run(
        connection,
        schema_name=schema,
        name=row.name,
        digest=None,
        revision=head,
        data_on=(row.saved_at + total).astimezone(now.tzinfo).date(),
    ).scalar_one()
    entries = list(zip(row.moments, row.entries, strict=True))
    write_timeline(connection, schema, version, moved_entries(demo, entries, days, total))
    return True


def moved_entries(demo: Demo, entries: Sequence[Entry], days: int, by: timedelta) -> list[Entry]:
    """Return what will happen so many days later; nothing, where the demo cannot move it."""
    move = demo.load_move_event()
    if move is None:
        return []
    if days == 0:
        return list(entries)
    return [(moment + by, move(value, days, by)) for moment, value in entries]
