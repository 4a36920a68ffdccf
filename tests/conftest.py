"""Real servers for every test: Postgres in two versions and Valkey, each worker's its own."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy import create_engine

from app.database.engines import engine_url
from app.local.postgres import PostgresServer, embedded_bindir
from app.local.valkey import ValkeyServer
from app.migrations import upgrade_control
from tests.fixtures.demo import DEMO as DEMO
from tests.fixtures.live import LiveSystem, running_system, seed
from tests.support.places import scratch_directory as scratch_directory
from tests.support.scheduling import ByModule

TESTS = Path(__file__).parent
SYSTEM_POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
FAST_AND_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "256MB",
}
_numbers = count(1)
_filled: dict[tuple[str, Callable[[str], None]], str] = {}


ABOUT_THE_SERVER = (
    "integration/schema_tools/",
    "integration/isolation/",
    "integration/tls/",
    "integration/test_db.py",
    "integration/test_pooling.py",
    "integration/test_local_servers.py",
    "integration/control/test_migrate.py",
    "integration/control/test_pool.py",
    "integration/control/test_races.py",
    "integration/control/test_reset.py",
    "integration/control/test_sessions.py",
    "integration/bakery/test_bakery_figures.py",
    "integration/bakery/test_every_write.py",
    "acceptance/test_attacks.py",
    "acceptance/test_visit.py",
)
FASTEST_FIRST = ("unit", "integration", "acceptance", "chaos", "helm", "browser")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave Postgres 15 to what its version can change, and run the fast folders first.

    Pytest has moved tests together that share a server, in each folder. All on 15 come last: a
    server and a live system are started once for each version.
    """
    left = [item for item in items if _only_doubles(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = sorted((item for item in items if not _only_doubles(item)), key=_place_in_order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByModule:
    """Keep a module's tests in one worker."""
    return ByModule(config, log)


def _is_on_15(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and call.params.get("postgres") == "15"


def _only_doubles(item: pytest.Item) -> bool:
    """Whether this is a second run, on Postgres 15, of what is not about the server."""
    return _is_on_15(item) and not item.path.relative_to(TESTS).as_posix().startswith(
        ABOUT_THE_SERVER
    )


def _place_in_order(item: pytest.Item) -> tuple[bool, int]:
    """The folders in their order; on 15 the slowest first, so that both workers end together."""
    folder = item.path.relative_to(TESTS).parts[0]
    place = FASTEST_FIRST.index(folder) if folder in FASTEST_FIRST else len(FASTEST_FIRST)
    return (True, -place) if _is_on_15(item) else (False, place)


@dataclass(frozen=True)
class Postgres:
    """A running Postgres: its maintenance URL, its programs and its major version."""

    url: str
    bindir: Path
    version: int


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
def new_database(postgres: Postgres, template: str = "template0") -> Iterator[str]:
    """A database, empty or a copy; dropped afterwards even if a client is still connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    identifier = sql.Identifier(name)
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                identifier, sql.Identifier(template)
            )
        )
    try:
        yield url_of(postgres, name)
    finally:
        with psycopg.connect(postgres.url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def url_of(postgres: Postgres, database: str) -> str:
    """The URL of a database, as the server's superuser."""
    return postgres.url.rpartition("/")[0] + f"/{database}"


def filled(postgres: Postgres, fill: Callable[[str], None]) -> str:
    """The name of a database that `fill` filled once on this server, for `new_database` to copy.

    What it does takes a second or a minute; a copy takes a twentieth of a second.
    """
    key = (postgres.url, fill)
    if key not in _filled:
        name = f"filled_{len(_filled)}"
        with psycopg.connect(postgres.url, autocommit=True) as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
            )
        fill(url_of(postgres, name))
        _filled[key] = name
    return _filled[key]


def migrate(database_url: str) -> None:
    """Make the control schema."""
    engine = create_engine(engine_url(database_url))
    with engine.begin() as connection:
        upgrade_control(connection)
    engine.dispose()


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
        new_database(postgres, filled(postgres, seed)) as url,
        scratch_directory("live-") as home,
        running_system(url, home, lambda _: None) as system,
    ):
        yield system


@pytest.fixture
def live_url(live_system: LiveSystem) -> str:
    """The URL of the running system."""
    return live_system.url
