"""Migrates everything: the control schema, the templates, then the sessions that are open.

Each schema has a transaction of its own, so that one failure stops no other. Each schema knows its
revision: a migration that was interrupted goes on where it stopped.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context, parent_process
from typing import Any, Literal, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, NullPool, create_engine

from app.database.engines import engine_url
from app.database.isolation import ensure_tenant_rights, open_template
from app.demo import TenantTables
from app.migrations import tenant_head, upgrade_control, upgrade_tenant
from app.sql_blocks import load_statements
from app.tls_advice import with_advice

LOCK_TIMEOUT = "5s"
"""How long a schema's migration waits for requests that are using it."""

Kind = Literal["control", "template", "session"]
Outcome = Literal["migrated", "current", "kept", "ended", "failed"]

_SQL = load_statements("app.control", "operators")
_SCHEMAS = _SQL["schemas_to_migrate"]
_OUTDATED = _SQL["outdated_sessions"]
_LOCK_TENANT = _SQL["lock_tenant"]
_IS_MIGRATED_HERE = _SQL["is_migrated_here"]
_RECORD_REVISION = _SQL["record_revision"]
_LOCK_CONTROL = _SQL["lock_control"]
_LIMIT_LOCK_WAIT = _SQL["limit_lock_wait"]


@dataclass(frozen=True, slots=True)
class Migrated:
    """The result for one schema."""

    kind: Kind
    schema: str
    outcome: Outcome
    failure: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return all values, for programs."""
        return asdict(self)


def migrate_control(engine: Engine) -> Migrated:
    """Bring the control schema to its newest revision; two runs at once wait for each other."""
    try:
        with engine.begin() as connection:
            connection.execute(_LOCK_CONTROL)
            upgrade_control(connection)
    except Exception as error:  # a revision is a program: it may fail in any way
        return Migrated("control", "control", "failed", sentence(error))
    return Migrated("control", "control", "migrated")


def list_schemas(engine: Engine) -> tuple[list[str], list[str]]:
    """Return the schemas of the templates, and those of open sessions."""
    with engine.connect() as connection:
        rows = connection.execute(_SCHEMAS).all()
    templates = [row.schema_name for row in rows if row.is_demo_template]
    return templates, [row.schema_name for row in rows if not row.is_demo_template]


def list_outdated(engine: Engine) -> dict[str, str]:
    """Return the schemas of open sessions whose template has another revision, with their ids."""
    with engine.connect() as connection:
        return {row.schema_name: row.session_id for row in connection.execute(_OUTDATED)}


def migrate_schemas(
    database_url: str,
    kind: Kind,
    schemas: Sequence[str],
    tables: TenantTables,
    *,
    at_once: int = 1,
    progress: Callable[[Migrated], None] = lambda _: None,
) -> list[Migrated]:
    """Migrate each schema in a transaction of its own, some at the same time.

    In processes, because Alembic keeps its state in module variables.
    """
    if at_once == 1 or len(schemas) < 2:
        done = []
        for schema in schemas:
            done.append(migrate_schema(database_url, kind, schema, tables))
            progress(done[-1])
        return done
    with _processes(min(at_once, len(schemas))) as executor:
        return list(_collect(executor, database_url, kind, schemas, tables, progress))


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    context = get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_end_with_parent) as executor:
        yield executor


def _end_with_parent() -> None:
    """End this process when its parent was killed: it would wait for work that never comes.

    A migration in hand is rolled back, so that the next run does not meet it.
    """

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="watches the parent", daemon=True).start()


def _collect(
    executor: Executor,
    database_url: str,
    kind: Kind,
    schemas: Sequence[str],
    tables: TenantTables,
    progress: Callable[[Migrated], None],
) -> Iterator[Migrated]:
    waiting: dict[Future[Migrated], str] = {
        executor.submit(migrate_schema, database_url, kind, schema, tables): schema
        for schema in schemas
    }
    for future in as_completed(waiting):
        try:
            done = future.result()
        except BrokenProcessPool:
            done = Migrated(
                kind, waiting[future], "failed", "the process that migrated was killed: run again"
            )
        progress(done)
        yield done


def migrate_schema(database_url: str, kind: Kind, schema: str, tables: TenantTables) -> Migrated:
    """Migrate one schema and record its revision, in one transaction. A failure is a result."""
    engine = create_engine(
        engine_url(database_url),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "prepare_threshold": None,
            "application_name": f"masa-madre migrate {schema}"[:63],
        },
    )
    try:
        with engine.begin() as connection:
            return Migrated(kind, schema, _migrate(connection, schema, tables))
    except Exception as error:  # a revision is a program: it may fail in any way
        return Migrated(kind, schema, "failed", sentence(error))


def _migrate(connection: Connection, schema: str, tables: TenantTables) -> Outcome:
    connection.execute(_LIMIT_LOCK_WAIT, {"timeout": LOCK_TIMEOUT})
    tenant = connection.execute(_LOCK_TENANT, {"schema": schema}).one_or_none()
    if tenant is None:
        return "current"  # dropped since it was listed: nothing is left to migrate
    tree = tables.migrations
    if tree is None or not connection.scalar(_IS_MIGRATED_HERE, {"schema": schema}):
        return "kept"  # not of the demo's tree: its owner migrates it
    before, head = _revision_of(connection, schema), tenant_head(tree)
    upgrade_tenant(connection, schema, tree)
    opened = _open(connection, schema, tables.may_delete)
    is_same = before == head and not opened
    if is_same and tenant.revision == head:
        return "current"
    connection.execute(_RECORD_REVISION, {"schema": schema, "revision": head})
    return "current" if is_same else "migrated"


def _open(connection: Connection, schema: str, may_delete: Sequence[str]) -> bool:
    """Give new tables the policy and the rights that all tables of tenants have.

    In a tenant's schema `TENANT_PLACEHOLDER_ROLE` has what it has in the template, and the
    tenant's role gets it. Return True if anything was missing.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    opened = open_template(driver, schema, deletable=may_delete)
    return ensure_tenant_rights(driver, schema) or opened


def _revision_of(connection: Connection, schema: str) -> str | None:
    statement = sql.SQL("SELECT version_num FROM {}").format(
        sql.Identifier(schema, "alembic_version")
    )
    found = connection.exec_driver_sql(statement.as_string()).scalar()
    return None if found is None else str(found)


def sentence(error: Exception) -> str:
    """Return the error in one line."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return with_advice(lines[0]) if lines else type(error).__name__
