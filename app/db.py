"""Engines, and the one place that sets a tenant's search path.

The control schema, whose tables are always named with it, has an engine of its own. Tenants share
another one, whose login has no rights but to take on a tenant's role: outside a tenant transaction
it sees nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from psycopg import errors, sql
from redis import Redis
from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased

from app.control.models import Tenant
from app.control.sessions.session_view import Choices
from app.control.timelines import NOTHING, Timeline, fetch_timeline
from app.database.engines import engine_options, engine_url, prepare_engine
from app.database.isolation import KEY_SETTING, TenantRole, tenant_role
from app.database.row_quota import RowQuota
from app.database.tenant_cache import TenantCache
from app.database.tenant_choices import fetch_choices
from app.demo import account_type_in
from app.settings.table import Settings
from app.sql_blocks import load_blocks

db = SQLAlchemy()

ROWS, CHANGED = "rows", "changed"
"""Of a connection: the rows that its transaction inserted, and whether it changed anything."""
TENANTS = "masa_madre.tenants"
"""Key of an application's tenants."""

_SQL = load_blocks("app.database", "tenants")
_BEGIN, _RESET, _ENTER = _SQL["begin"], _SQL["reset"], _SQL["enter"]
_COMMIT, _ABANDON = _SQL["commit"], _SQL["abandon"]
_OWNERS_PATH = text("SELECT set_config('search_path', :path, true)")
_KNOWN_ROLES = text("SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = ANY (:names)")


class UnknownTenant(LookupError):
    """No tenant has this id, or none that this application can open."""


@dataclass(frozen=True, slots=True)
class TenantLocation:
    """A tenant's schema, and the role that reads it."""

    schema: str
    account_type: str
    role: TenantRole
    template: str | None
    template_version: int


@dataclass(frozen=True)
class Tenants:
    """The engine of tenant transactions, and the limits that each transaction has."""

    engine: Engine
    secrets: tuple[str, ...]
    limits: dict[str, str]
    quota: RowQuota
    cache: TenantCache


def init_db(app: Flask, settings: Settings, redis: Redis) -> None:
    """Give the application its engines, and the row quota that counts in Redis."""
    control_url = settings.web_database_url or settings.database_url
    app.config["SQLALCHEMY_DATABASE_URI"] = engine_url(control_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    app.extensions[TENANTS] = Tenants(
        engine=_tenant_engine(settings),
        secrets=settings.tenant_secrets,
        limits={
            "statement": _milliseconds(settings.tenant_statement_seconds),
            "lock": _milliseconds(settings.tenant_lock_seconds),
            "idle": _milliseconds(settings.tenant_idle_seconds),
        },
        quota=RowQuota(redis, settings.tenant_rows),
        cache=TenantCache(redis),
    )


def tenant_engine() -> Engine:
    """Return the engine of the current application's tenant transactions."""
    return _tenants().engine


def tenant_cache() -> TenantCache:
    """Return the cache of the current application's tenants; what changes a tenant drops it."""
    return _tenants().cache


def _tenants() -> Tenants:
    found = current_app.extensions[TENANTS]
    assert isinstance(found, Tenants)
    return found


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"


def _tenant_engine(settings: Settings) -> Engine:
    """Make an engine whose transactions begin and end by the statements above."""
    url = engine_url(settings.tenant_url)
    options = engine_options(settings) | {"isolation_level": "AUTOCOMMIT"}
    engine = create_engine(url, **options)
    prepare_engine(engine)
    most = settings.db_schemas_per_connection

    def retire(_: Any, record: Any) -> None:
        # A backend caches every relation that it used: a new one takes its place.
        if len(record.info.get("tenants", ())) >= most:
            record.invalidate(soft=True)

    event.listen(engine, "checkin", retire)
    event.listen(engine, "after_cursor_execute", _note_changes)
    return engine


def _note_changes(
    connection: Connection, cursor: Any, statement: str, __: Any, context: Any, ___: bool
) -> None:
    if context.isinsert:
        connection.info[ROWS] += max(0, cursor.rowcount)
    if not statement.lstrip().startswith("SELECT"):
        connection.info[CHANGED] = True


@lru_cache(maxsize=10_000)
def _location_of(tenant_id: UUID, secrets: tuple[str, ...]) -> TenantLocation:
    template = aliased(Tenant)
    with Session(db.engine) as session:
        found = session.execute(
            select(
                Tenant.schema_name,
                Tenant.account_type,
                Tenant.template_version,
                template.schema_name.label("template"),
            )
            .outerjoin(template, template.id == Tenant.base_demo_tenant_id)
            .where(Tenant.id == tenant_id, ~Tenant.is_demo_template)
        ).one_or_none()
        if found is None:
            raise UnknownTenant(str(tenant_id))
        roles = {role.name: role for role in (tenant_role(item, tenant_id) for item in secrets)}
        known = set(session.scalars(_KNOWN_ROLES, {"names": list(roles)}))
    role = next((roles[name] for name in roles if name in known), None)
    if role is None:
        raise UnknownTenant(
            f"{tenant_id} has no role of ours: its clone is not finished, or TENANT_SECRET changed"
        )
    return TenantLocation(
        found.schema_name, found.account_type, role, found.template, found.template_version
    )


def account_type_of(tenant_id: UUID) -> str:
    """Return the account type of a tenant, whichever its scenario; it never changes.

    Raises:
        UnknownTenant: no tenant has this id.
    """
    return account_type_in(_location_of(tenant_id, _tenants().secrets).account_type)


def choices_of(tenant_id: UUID) -> Choices:
    """Return what the visitor of a tenant chose; nothing where no visitor has it."""
    return fetch_choices(db.engine, tenant_id)


def timeline_of(tenant_id: UUID) -> Timeline:
    """Return what will happen in a tenant, which is what its template's seeds wrote.

    Raises:
        UnknownTenant: no tenant has this id.
    """
    place = _location_of(tenant_id, _tenants().secrets)
    if place.template is None:
        return NOTHING
    return fetch_timeline(db.engine, place.template, place.template_version)


@contextmanager
def tenant_transaction(tenant_id: UUID) -> Iterator[Session]:
    """Open a transaction in which unqualified names are the tenant's tables, with its rights only.

    It commits when the block ends and rolls back when the block raises. Role, search path, key and
    timeouts end with the transaction, so whatever happens the connection goes back to the pool
    seeing nothing. A rollback inside the block leaves the tenant too: what follows it fails.

    Raises:
        UnknownTenant: no tenant has this id.
    """
    tenants = _tenants()
    connection = _enter(tenants, _location_of(tenant_id, tenants.secrets))
    try:
        with Session(connection, join_transaction_mode="rollback_only") as session:
            yield session
            session.flush()
            if rows := connection.info.get(ROWS, 0):
                tenants.quota.add(tenant_id, rows)
            has_changed = connection.info[CHANGED]
            connection.exec_driver_sql(_COMMIT)
        if has_changed:
            tenants.cache.drop(tenant_id)
    except BaseException:
        _abandon(connection)
        raise
    finally:
        connection.close()


@contextmanager
def owner_transaction(engine: Engine, schema: str) -> Iterator[Session]:
    """Open a transaction in which unqualified names are a tenant's tables, as their owner."""
    path = sql.SQL("{}, pg_temp").format(sql.Identifier(schema)).as_string()
    with engine.begin() as connection, Session(connection) as session:
        session.execute(_OWNERS_PATH, {"path": path})
        yield session
        session.flush()


@contextmanager
def raw_connection(session: Session) -> Iterator["psycopg.Connection[Any]"]:
    """Yield psycopg's connection of a tenant transaction, for statements that change the tenant."""
    connection = session.connection()
    yield _driver_of(connection)
    connection.info[CHANGED] = True


def _enter(tenants: Tenants, place: TenantLocation) -> Connection:
    """Return a connection in a transaction of the tenant; a stale one is replaced once."""
    try:
        return _begin(tenants, place)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _begin(tenants, place)


def _begin(tenants: Tenants, place: TenantLocation) -> Connection:
    path = sql.SQL("{}, pg_temp").format(sql.Identifier(place.schema)).as_string()
    values = {"path": path, "setting": KEY_SETTING, "key": place.role.key, "role": place.role.name}
    connection = tenants.engine.connect()
    try:
        _send(connection, values | tenants.limits)
        connection.begin()  # tells SQLAlchemy only; the session then joins it and ends nothing
        connection.info.setdefault("tenants", set()).add(place.schema)
        connection.info[ROWS], connection.info[CHANGED] = 0, False
    except BaseException:
        _abandon(connection)
        connection.close()
        raise
    return connection


def _send(connection: Connection, values: dict[str, str]) -> None:
    """Begin the transaction and take on the tenant, in one round trip.

    Raises:
        DBAPIError: it failed; the connection is invalidated if it is lost or may not take it on.
    """
    driver = _driver_of(connection)
    try:
        with driver.pipeline():
            driver.execute(_BEGIN)
            driver.execute(_RESET)
            driver.execute(_ENTER, values)
    except psycopg.Error as error:
        # A backend's list of the roles that its login is a member of may miss one that was granted
        # while it was built (roles_is_member_of in Postgres' acl.c): a new backend makes its own.
        is_lost = driver.closed or isinstance(error, errors.InsufficientPrivilege)
        if is_lost:
            connection.invalidate()
        raise DBAPIError.instance(
            _ENTER,
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=connection.dialect,
        ) from error


def _driver_of(connection: Connection) -> "psycopg.Connection[Any]":
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _abandon(connection: Connection) -> None:
    """Undo the transaction and what outlives one; a connection that cannot is thrown away."""
    if connection.invalidated or connection.closed:
        return
    try:
        _driver_of(connection).execute(_ABANDON)
    except psycopg.Error:
        with suppress(DBAPIError):
            connection.invalidate()
