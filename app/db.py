"""Engines, and the one place that decides whose tables a connection sees.

One pool of connections serves the control schema, whose tables are always named with it, and all
tenants. Outside a tenant transaction the search path is empty: a query on a tenant's table fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg import sql
from sqlalchemy import Engine, create_engine, event, make_url, select, text
from sqlalchemy.orm import Session

from app.config import Settings
from app.control.models import Tenant

db = SQLAlchemy()

_ENTER_TENANT = text("SELECT set_config('search_path', :path, true)")


class UnknownTenant(LookupError):
    """No tenant has this id; nothing may be read or written in its name."""


def engine_url(database_url: str) -> str:
    """The SQLAlchemy form of a libpq URL, with psycopg 3 as its driver."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def engine_options(settings: Settings) -> dict[str, Any]:
    """How every engine of the system is made.

    `prepare_threshold=None`: a statement that is prepared under one search path must never run
    under another, and PgBouncer in transaction mode knows no prepared statements of ours.
    """
    return {
        "pool_size": settings.db_pool_size,
        "max_overflow": 0,
        "pool_pre_ping": True,
        "hide_parameters": True,  # session ids are secrets, and errors are logged
        "connect_args": {"prepare_threshold": None, "application_name": "masa-madre"},
    }


def make_engine(settings: Settings) -> Engine:
    """An engine for code that runs outside the Flask application."""
    engine = create_engine(engine_url(settings.database_url), **engine_options(settings))
    event.listen(engine, "connect", _close_search_path)
    return engine


def init_db(app: Flask, settings: Settings) -> None:
    """Give the application its engine."""
    app.config["SQLALCHEMY_DATABASE_URI"] = engine_url(settings.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _close_search_path)


def _close_search_path(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', '', false)")
    connection.commit()


@lru_cache(maxsize=10_000)
def _schema_of(tenant_id: UUID) -> tuple[str, str]:
    with Session(db.engine) as session:
        found = session.execute(
            select(Tenant.schema_name, Tenant.account_type).where(
                Tenant.id == tenant_id, ~Tenant.is_demo_template
            )
        ).one_or_none()
    if found is None:
        raise UnknownTenant(str(tenant_id))
    return found.schema_name, found.account_type


def business_model_of(tenant_id: UUID) -> str:
    """The business model of a tenant, which never changes.

    Raises:
        UnknownTenant: no tenant has this id.
    """
    return _schema_of(tenant_id)[1]


@contextmanager
def tenant_transaction(tenant_id: UUID) -> Iterator[Session]:
    """One transaction in which unqualified names are the tenant's tables.

    It commits when the block ends and rolls back when the block raises. The search path ends with
    the transaction, so whatever happens the connection goes back to the pool seeing nothing. A
    rollback inside the block leaves the tenant too: what follows it in the block fails.

    Raises:
        UnknownTenant: no tenant has this id.
    """
    schema_name, _ = _schema_of(tenant_id)
    with db.engine.connect() as connection, connection.begin():
        path = sql.SQL("{}, pg_temp").format(sql.Identifier(schema_name)).as_string()
        connection.execute(_ENTER_TENANT, {"path": path})
        with Session(connection, join_transaction_mode="rollback_only") as session:
            yield session
            session.flush()
