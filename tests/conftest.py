"""Real servers for every test: Postgres in two versions and Valkey, each worker's its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql

from app.local.postgres import PostgresServer, embedded_bindir
from app.local.valkey import ValkeyServer
from tests.fixtures.demo import DEMO as DEMO
from tests.fixtures.live import LiveSystem, running_system

TESTS = Path(__file__).parent
SYSTEM_POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
FAST_AND_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
_numbers = count(1)


FASTEST_FIRST = ("unit", "integration", "acceptance", "helm", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the fast folders first; pytest then moves tests that share a server together."""
    items.sort(key=_place_in_order)


def _place_in_order(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return FASTEST_FIRST.index(folder) if folder in FASTEST_FIRST else len(FASTEST_FIRST)


@dataclass(frozen=True)
class Postgres:
    """A running Postgres: its maintenance URL, its programs and its major version."""

    url: str
    bindir: Path
    version: int


@contextmanager
def scratch_directory(prefix: str) -> Iterator[Path]:
    """A directory that the unprivileged account which runs Postgres for root can reach."""
    path = Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def bindir_of(version: str) -> Path:
    """The directory of a version's programs; skips the test when there is none."""
    if version == "18":
        return embedded_bindir()
    if not (SYSTEM_POSTGRES_15 / "initdb").exists():
        pytest.skip(
            f"Postgres {version} is not on this machine: the Debian package postgresql-{version} "
            "brings it."
        )
    return SYSTEM_POSTGRES_15


@pytest.fixture(scope="session", params=["18", "15"])
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The Postgres versions to test on: the embedded one, then the system's."""
    bindir = bindir_of(request.param)
    with scratch_directory(f"postgres-{request.param}-") as home:
        server = PostgresServer(home, bindir, FAST_AND_FORGETFUL)
        server.start()
        try:
            yield Postgres(server.url(), bindir, server.major_version())
        finally:
            server.stop()


@contextmanager
def new_database(postgres: Postgres) -> Iterator[str]:
    """An empty database, dropped afterwards even if a client is still connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    identifier = sql.Identifier(name)
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 STRATEGY wal_log").format(identifier)
        )
    try:
        yield postgres.url.rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(postgres.url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@pytest.fixture
def database_url(postgres: Postgres) -> Iterator[str]:
    """A fresh, empty database for one test."""
    with new_database(postgres) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(postgres: Postgres) -> Iterator[str]:
    """A fresh, empty database for the tests of one module."""
    with new_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a Valkey that keeps nothing on disk."""
    with scratch_directory("valkey-") as home:
        server = ValkeyServer(home, {"appendonly": "no"})
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Valkey."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def live_system(postgres: Postgres) -> Iterator[LiveSystem]:
    """The whole system, seeded and running, on a database and a Valkey of its own."""
    with (
        new_database(postgres) as url,
        scratch_directory("live-") as home,
        running_system(url, home) as system,
    ):
        yield system


@pytest.fixture
def live_url(live_system: LiveSystem) -> str:
    """The URL of the running system."""
    return live_system.url
