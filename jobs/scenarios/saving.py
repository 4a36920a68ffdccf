"""Saves a session as a scenario: our own cloner copies its schema, and proves the copy.

The copy has a name of its own until it is complete. One transaction takes the visitor's traces
out of it, makes it a template and offers it: a job that is killed leaves at most the copy, which
the next attempt drops.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import Connection

from app.control import transitions
from app.control.scenarios import pending
from app.control.scenarios.dates import ImmovableDates, ensure_movable
from app.control.scenarios.renewal import moved_entries
from app.control.timelines import write_timeline
from app.database.isolation import open_template, roles_of
from app.demo import Demo, template_key
from jobs.clones.cloning import prove_template
from jobs.services import JobServices
from schema_tools import SchemaToolsError, Step, compile_plan, drop_schema, verify

log = structlog.get_logger(__name__)

STEP_SECONDS = 0.5
"""The least time between two notes of how far it is."""

_TABLES = (
    "SELECT c.relname FROM pg_catalog.pg_class AS c"
    " WHERE c.relnamespace = to_regnamespace(quote_ident(%s)) AND c.relkind IN ('r', 'p')"
)


class NotSaved(Exception):
    """A session cannot be saved, now or later; the message says why."""


def copy_name(scenario: UUID) -> str:
    """Return the name of the copy while it is not complete."""
    return f"saving_{scenario.hex}"


def save_scenario(services: JobServices, demo: Demo, row: Any) -> None:
    """Copy the session, prove the copy, and offer it as a scenario.

    Raises:
        NotSaved: it cannot be saved.
        SchemaToolsError, psycopg.Error, SQLAlchemyError: it may be tried again.
    """
    source = pending.find_source(services.engine, row.source_id)
    if source is None:
        raise NotSaved("The session was over before it was saved.")
    with psycopg.connect(
        services.settings.database_url,
        autocommit=True,
        prepare_threshold=None,
        application_name=f"masa-madre save {row.id.hex}",
    ) as connection:
        drop_schema(connection, copy_name(row.id))  # of an attempt that was killed
        try:
            ensure_movable(connection, source.schema)
        except ImmovableDates as error:
            raise NotSaved(f"The session cannot be saved: {error}.") from error
        moment = _copy(services, demo, connection, source.schema, row.id)
        with services.engine.begin() as transaction:
            template_id, schema = _offer(transaction, demo, row, source, moment)
        prove_template(connection, template_id, schema)
    services.dispatcher.refill(template_key(row.account_type, row.name))
    log.info("scenario saved", action="scenario_saved", template=schema)


def _copy(
    services: JobServices,
    demo: Demo,
    connection: "psycopg.Connection[Any]",
    schema: str,
    scenario: UUID,
) -> datetime:
    """Clone the session's schema and verify it; return the demo's moment at which it stood."""
    note = _Steps(services, scenario)
    with _held(services.settings.database_url, schema):
        moment = demo.now()
        note("proving a plan")
        plan = compile_plan(connection, schema)
        plan.run(connection, copy_name(scenario), progress=note.clone)
        note("comparing the copy with the session")
        differences = verify(connection, schema, copy_name(scenario))
    if differences:
        drop_schema(connection, copy_name(scenario))
        raise SchemaToolsError(f"the copy differs from the session: {differences[0]}")
    note("making it a template")
    return moment


@contextmanager
def _held(database_url: str, schema: str) -> Iterator[None]:
    """Keep every writer out of a schema meanwhile: what is verified is what was copied."""
    with psycopg.connect(database_url, application_name="masa-madre save: hold") as holder:
        tables = [sql.Identifier(schema, name) for (name,) in holder.execute(_TABLES, [schema])]
        holder.execute("SET LOCAL lock_timeout = '5s'")
        names = sql.SQL(", ").join(tables)
        holder.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(names))
        yield
        holder.rollback()


class _Steps:
    """Notes how far it is, twice a second at most while rows are copied."""

    def __init__(self, services: JobServices, scenario: UUID) -> None:
        self._services = services
        self._scenario = scenario
        self._next = 0.0

    def __call__(self, step: str) -> None:
        pending.note_step(self._services.engine, self._scenario, step)

    def clone(self, step: Step) -> None:
        """Note a step of the cloner, unless the last note is too recent."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + STEP_SECONDS
            self(f"copying, {step.percent:.0f} %")


def _offer(
    connection: Connection, demo: Demo, row: Any, source: pending.Source, moment: datetime
) -> tuple[UUID, str]:
    """Make the copy a template without a visitor's traces; return its id and schema.

    Raises:
        NotSaved: its name is taken, or it is not to be saved any more.
    """
    saved = pending.lock_saved(connection, row.id)
    if saved is None or saved.state != "saving":
        raise NotSaved("It is not to be saved any more.")
    name = f"{demo.account(row.account_type).template}__{row.name}"
    if pending.is_taken(connection, name):
        raise NotSaved(f"There is a template {name} already: choose another name.")
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    copy = copy_name(row.id)
    _forget_visitor(driver, copy, demo.tables.visit)
    open_template(driver, copy, deletable=demo.tables.may_delete)
    driver.execute(
        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(copy), sql.Identifier(name))
    )
    template_id = uuid4()
    transitions.REGISTER_TEMPLATE.run(
        connection,
        id=template_id,
        name=source.tenant_name,
        schema_name=name,
        account_type=template_key(row.account_type, row.name),
    )
    version = transitions.PUBLISH_TEMPLATE.run(
        connection,
        schema_name=name,
        name=source.tenant_name,
        digest=None,
        revision=source.revision,
        data_on=moment.date(),
    ).scalar_one()
    moments, entries = pending.timeline_of(connection, source)
    pending.finish_saving(connection, row.id, template_id, moment, moments, entries)
    timeline = moved_entries(demo, list(zip(moments, entries, strict=True)), 0, moment - moment)
    write_timeline(connection, name, version, timeline)
    return template_id, name


def _forget_visitor(driver: "psycopg.Connection[Any]", schema: str, tables: Sequence[str]) -> None:
    """Take out what the visit left: the rights of its role, and the rows of these tables."""
    name = sql.Identifier(schema)
    for role in map(sql.Identifier, roles_of(driver, schema)):
        for kind in ("SCHEMA {}", "ALL TABLES IN SCHEMA {}", "ALL SEQUENCES IN SCHEMA {}"):
            what = sql.SQL(kind).format(name)
            driver.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(what, role))
    for table in tables:
        driver.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table)))


def drop_copy(database_url: str, name: str) -> None:
    """Drop a copy that is not wanted any more; one that is not there is no error."""
    with psycopg.connect(
        database_url, autocommit=True, application_name=f"masa-madre drop {name}"
    ) as connection:
        drop_schema(connection, name)
