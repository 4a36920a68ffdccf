"""A database with the roles and the neighbouring schema that the torture schemas need.

A module that says `ONE_SERVER = True` is not about versions, and runs on the newest server only.
One that says `ONE_DATABASE = True` has a database for all its tests: what a test made is dropped.
"""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import Postgres, new_database
from tests.integration.schema_tools.oracle import TORTURE
from tests.integration.schema_tools.shop import SIMPLE
from tests.integration.schema_tools.shop import SOURCE as SHOP

SOURCE = "src_q7x"

NEIGHBOUR = """
CREATE SCHEMA elsewhere;
CREATE TYPE elsewhere.mood AS ENUM ('x', 'y');
CREATE TABLE elsewhere.referenced (id integer PRIMARY KEY);
INSERT INTO elsewhere.referenced VALUES (1);
CREATE FUNCTION elsewhere.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION elsewhere.fine(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
"""

ROLES = """
DO $$ BEGIN CREATE ROLE torture_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE torture_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE ACCESS METHOD torture_heap TYPE TABLE HANDLER heap_tableam_handler;
"""


AFRESH = """
SET client_min_messages = error;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
END $$;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
RESET ALL;
"""


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Leave out the older server where a module is not about versions."""
    if getattr(metafunc.module, "ONE_SERVER", False) and "postgres" in metafunc.fixturenames:
        newest = pytest.mark.parametrize("postgres", ["18"], indirect=True, scope="session")
        metafunc.definition.add_marker(newest)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    """A database for one test, or the module's."""
    if getattr(request.module, "ONE_DATABASE", False):
        yield request.getfixturevalue("module_database_url")
    else:
        with new_database(postgres) as url:
            yield url


@pytest.fixture(scope="module")
def module_connection(module_database_url: str) -> Iterator[psycopg.Connection]:
    """An autocommit connection to the module's database."""
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        connection.execute(ROLES)
        ensure_tablespace(connection)
        yield connection


@pytest.fixture
def connection(request: pytest.FixtureRequest, database_url: str) -> Iterator[psycopg.Connection]:
    """An autocommit connection to a database with roles and a neighbour schema."""
    if getattr(request.module, "ONE_DATABASE", False):
        connection = request.getfixturevalue("module_connection")
        connection.execute(AFRESH)
        connection.execute(NEIGHBOUR)
        yield connection
        return
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(ROLES)
        connection.execute(NEIGHBOUR)
        ensure_tablespace(connection)
        yield connection


def ensure_tablespace(connection: psycopg.Connection) -> None:
    """A tablespace inside the data directory, which tests may make."""
    if not connection.execute(
        "SELECT FROM pg_tablespace WHERE spcname = 'torture_space'"
    ).fetchall():
        connection.execute("SET allow_in_place_tablespaces = on")
        connection.execute("CREATE TABLESPACE torture_space LOCATION ''")
        connection.execute("RESET allow_in_place_tablespaces")


def build(connection: psycopg.Connection, schema: str, script: str) -> None:
    """Make a schema from unqualified statements, a line a transaction; @SCHEMA@ is its name."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    add_to(connection, schema, script)


def add_to(connection: psycopg.Connection, schema: str, script: str) -> None:
    """Add to a schema what the script says."""
    connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
    for line in script.replace("@SCHEMA@", schema).splitlines():
        connection.execute(line)
    connection.execute("RESET search_path")


def torture_files() -> list[Path]:
    """The torture schemas."""
    return sorted(TORTURE.glob("*.sql"))


@pytest.fixture
def shop(connection):
    build(connection, SHOP, SIMPLE)
    return connection


@pytest.fixture
def slow_shop(connection):
    """A schema whose clone sleeps for ten seconds in a materialised view."""
    build(connection, SHOP, SIMPLE)
    connection.execute(
        f"CREATE MATERIALIZED VIEW {SHOP}.m AS SELECT pg_sleep(10)::text WITH NO DATA"
    )
    # populated without having slept: the catalog says so, and the clone fills it
    connection.execute("SET allow_system_table_mods = on")
    connection.execute("UPDATE pg_class SET relispopulated = true WHERE relname = 'm'")
    return connection
