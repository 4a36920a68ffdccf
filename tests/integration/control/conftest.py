"""A control schema with one small template, and the parts that work on it."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from rq import Worker

from jobs.services import job_services
from schema_tools import verify
from tests.fixtures.parts import Parts, make_parts
from tests.integration.control.processes import python, wait_for

ACCOUNT = "individual_bakery"
TEMPLATE = "template_individual_bakery"


@pytest.fixture
def database_url(fresh_migrated_url: str) -> str:
    """A database with the control schema, for one test."""
    return fresh_migrated_url


@pytest.fixture
def template_id(database_url: str) -> UUID:
    """The tenant row of a template of one table with three rows."""
    template = uuid4()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            f"CREATE SCHEMA {TEMPLATE};"
            f"CREATE TABLE {TEMPLATE}.bread (id integer PRIMARY KEY, name text);"
            f"INSERT INTO {TEMPLATE}.bread VALUES (1, 'barra'), (2, 'hogaza'), (3, 'mollete')"
        )
        connection.execute(
            "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
            " is_demo_template, state, template_version)"
            " VALUES (%s, 'Plantilla', %s, %s, false, true, 'ready', 1)",
            [template, TEMPLATE, ACCOUNT],
        )
    return template


@pytest.fixture
def parts(
    database_url: str, redis_url: str, template_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Parts]:
    """The services of jobs, on the test's servers."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("JWT_SECRET", "a secret for tests, at least 32 bytes long")
    monkeypatch.setenv("DEMO_MAX_SESSIONS", "20")
    monkeypatch.setenv("DEMO_POOL_SIZE", "2")
    monkeypatch.setenv("DB_POOL_SIZE", "20")
    job_services.cache_clear()
    made = make_parts()
    yield made
    made.engine.dispose()
    made.reset_engine.dispose()
    made.redis.close()
    job_services.cache_clear()


@pytest.fixture
def database(database_url: str, parts: Parts) -> Iterator[psycopg.Connection]:
    """A connection of the database's owner."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


WORKER = """
from app.control.queues import QUEUES
from jobs.queue.task_queue import TaskWorker
from jobs.services import job_services
import jobs.tasks
TaskWorker(QUEUES, connection=job_services().redis).work()
"""


@pytest.fixture
def worker(parts: Parts) -> Iterator[None]:
    """A worker in a process of its own, which serves every queue."""
    with python(WORKER):
        wait_for(lambda: Worker.count(connection=parts.redis) == 1)
        yield


def demo_schemas(database: psycopg.Connection) -> set[str]:
    """The demo schemas that there are."""
    rows = database.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'demo%'")
    return {row[0] for row in rows}


def differences(database: psycopg.Connection, schema: str) -> list[str]:
    """Return a demo schema's differences from its template, except its tenant role's rights."""
    found = verify(database, TEMPLATE, schema)
    return [str(item) for item in found if "right" not in item.kind]


def tenant_states(database: psycopg.Connection) -> list[str]:
    """The states of all demo tenants."""
    rows = database.execute("SELECT state::text FROM control.tenants WHERE is_demo ORDER BY 1")
    return [row[0] for row in rows]
