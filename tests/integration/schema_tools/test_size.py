"""Large schemas on a server with few locks: refused before they start, dropped in stages."""

import psycopg
import pytest

from app.local.postgres import PostgresServer
from schema_tools import LockTableTooSmall, compile_plan, drop_schema, verify
from tests.conftest import FAST_AND_FORGETFUL, scratch_directory
from tests.integration.schema_tools.shop import schemas

FEW_LOCKS = {"max_locks_per_transaction": "10", "max_connections": "10"}
TABLES = 24
"""As many as a clone can have on such a server: Postgres 15 has less to spare than 18."""


@pytest.fixture(scope="module")
def small_server(postgres):
    """A server whose lock table holds a few hundred locks."""
    with scratch_directory("few-locks-") as home:
        server = PostgresServer(home, postgres.bindir, FAST_AND_FORGETFUL | FEW_LOCKS)
        server.start()
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                yield connection
        finally:
            server.stop()


@pytest.fixture
def made(small_server):
    def make(tables):
        small_server.execute("CREATE SCHEMA large")
        for number in range(tables):
            small_server.execute(
                f"CREATE TABLE large.t{number} (id serial PRIMARY KEY, v text CHECK (v <> ''))"
            )
        small_server.execute("CREATE VIEW large.v AS SELECT t0.id FROM large.t0, large.t1")
        return small_server

    yield make
    small_server.execute("SET client_min_messages = warning")
    for (name,) in small_server.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname IN ('large', 'copy')"
    ).fetchall():
        small_server.execute(f"DROP TABLE {name} CASCADE")
    small_server.execute("DROP SCHEMA IF EXISTS large, copy CASCADE")


def test_a_clone_that_the_lock_table_cannot_hold_is_refused_before_it_starts(made):
    connection = made(300)

    with pytest.raises(LockTableTooSmall, match=r"set max_locks_per_transaction to at least \d+"):
        compile_plan(connection, "large")


def test_a_large_clone_is_dropped_in_stages(made):
    connection = made(TABLES)
    compile_plan(connection, "large").run(connection, "copy")
    assert verify(connection, "large", "copy") == []

    committed = connection.execute("SELECT pg_current_xact_id()").fetchone()[0]
    assert drop_schema(connection, "copy")

    assert "copy" not in schemas(connection)
    stages = int(connection.execute("SELECT pg_current_xact_id()").fetchone()[0]) - int(committed)
    assert stages > 5
    assert verify(connection, "large", "large") == []


def test_a_drop_that_was_interrupted_is_known_and_goes_on(made):
    connection = made(TABLES)
    compile_plan(connection, "large").run(connection, "copy")
    with psycopg.connect(connection.info.dsn, password=connection.info.password) as reader:
        reader.execute("LOCK TABLE copy.t20 IN ACCESS SHARE MODE")
        with pytest.raises(Exception, match="stayed locked"):
            drop_schema(connection, "copy", lock_timeout=0.05, attempts=1)
        reader.rollback()

    comment = connection.execute(
        "SELECT obj_description('copy'::regnamespace, 'pg_namespace')"
    ).fetchone()[0]
    assert comment.endswith("(half dropped)")
    left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'copy'")
    assert (f"t{TABLES - 1}",) not in left.fetchall()
    assert drop_schema(connection, "copy")
    assert "copy" not in schemas(connection)
