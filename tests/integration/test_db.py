"""Tenant transactions fail closed: without a tenant there are no tables, also after an error."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from app.database.isolation import ensure_tenant_role, open_template, tenant_role
from app.database.logins import login_of, make_logins
from app.db import UnknownTenant, db, init_db, tenant_engine, tenant_transaction
from app.settings.table import Settings
from gateway import connect_redis


@pytest.fixture
def tenants(fresh_migrated_url: str) -> Iterator[list]:
    """Two tenants with a table each, in an application with a single connection."""
    app = Flask("test")
    logins = make_logins(fresh_migrated_url, "x" * 32)
    assert logins is not None
    settings = Settings(
        database_url=fresh_migrated_url,
        tenant_database_url=logins.tenants,
        redis_url="redis://unused",
        jwt_secret="x" * 32,
        db_pool_size=1,
    )
    init_db(app, settings, connect_redis(settings.redis_url))
    with app.app_context():
        ids = [uuid4(), uuid4()]
        with db.engine.begin() as connection:
            for number, tenant in enumerate(ids):
                schema = f"demo_{tenant.hex}"
                connection.execute(
                    text(
                        "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
                        " is_demo_template, state)"
                        " VALUES (:id, 'x', :schema, 'central_baker', true, false, 'leased')"
                    ),
                    {"id": tenant, "schema": schema},
                )
                connection.execute(text(f"CREATE SCHEMA {schema}"))
                connection.execute(text(f"CREATE TYPE {schema}.kind AS ENUM ('k{number}')"))
                connection.execute(
                    text(f"CREATE TABLE {schema}.bread (n integer, k {schema}.kind)")
                )
                connection.execute(
                    text(f"INSERT INTO {schema}.bread VALUES ({number}, 'k{number}')")
                )
                raw = connection.connection.driver_connection
                open_template(raw, schema)
                role = tenant_role("x" * 32, tenant).name
                ensure_tenant_role(raw, schema, role, login_of(logins.tenants))
        yield ids
        tenant_engine().dispose()
        db.engine.dispose()


def read(session):
    return session.execute(text("SELECT n, k::text FROM bread ORDER BY n")).all()


def assert_closed():
    with tenant_engine().connect() as connection, pytest.raises(DBAPIError, match="does not exist"):
        connection.execute(text("SELECT * FROM bread"))


def test_tenants_see_their_own_rows_on_one_shared_connection(tenants):
    for _ in range(8):  # more often than psycopg takes to prepare a statement
        for number, tenant in enumerate(tenants):
            with tenant_transaction(tenant) as session:
                assert read(session) == [(number, f"k{number}")]
    assert_closed()


def test_an_exception_rolls_back_and_leaves_the_tenant(tenants):
    def write_and_stop():
        with tenant_transaction(tenants[0]) as session:
            session.execute(text("INSERT INTO bread (n) VALUES (99)"))
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write_and_stop()
    assert_closed()
    with tenant_transaction(tenants[0]) as session:
        assert read(session) == [(0, "k0")]


def test_a_rollback_inside_leaves_the_tenant_at_once(tenants):
    def read_after_rollback():
        with tenant_transaction(tenants[0]) as session:
            assert read(session) == [(0, "k0")]
            session.rollback()
            read(session)

    with pytest.raises((DBAPIError, InvalidRequestError)):
        read_after_rollback()
    assert_closed()


def test_a_savepoint_rolled_back_stays_in_the_tenant(tenants):
    with tenant_transaction(tenants[1]) as session:
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text("SELECT * FROM nothing_here"))
        assert read(session) == [(1, "k1")]
    assert_closed()


def test_a_failing_statement_leaves_nothing_behind(tenants):
    with pytest.raises(DBAPIError), tenant_transaction(tenants[0]) as session:
        session.execute(text("SELECT 1/0"))
    assert_closed()


def test_an_unknown_tenant_id_is_refused(tenants):
    with pytest.raises(UnknownTenant), tenant_transaction(uuid4()):
        pass
    assert_closed()
