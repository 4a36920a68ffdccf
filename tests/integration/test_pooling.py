"""Lost connections are replaced, and recently used ones are not pinged."""

import psycopg
import pytest
from sqlalchemy import text

from app.database import pooling
from app.database.engines import make_engine
from app.settings.table import Settings
from tests.integration.control.processes import wait_for


@pytest.fixture
def engine(database_url):
    """An engine with two connections, both of which rest."""
    settings = Settings(
        database_url=database_url, redis_url="redis://unused", jwt_secret="x" * 32, db_pool_size=2
    )
    made = make_engine(settings)
    with made.connect() as one, made.connect() as other:
        assert backend_of(one) != backend_of(other)
    yield made
    made.dispose()


@pytest.fixture
def pings(engine, monkeypatch):
    """The connections that are pinged."""
    seen = []
    really = engine.dialect.do_ping

    def ping(connection):
        seen.append(connection)
        return really(connection)

    monkeypatch.setattr(engine.dialect, "do_ping", ping)
    return seen


def backend_of(connection):
    return connection.scalar(text("SELECT pg_backend_pid()"))


def use(engine):
    with engine.connect() as connection:
        return backend_of(connection)


def end_all(database_url, engine):
    """End the engine's backends, and wait until they have exited."""
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_recently_used_connection_is_not_pinged(engine, pings):
    assert len({use(engine) for _ in range(10)}) == 2
    assert pings == []


def test_a_connection_that_the_server_closed_is_replaced(engine, pings, database_url):
    before = {use(engine) for _ in range(2)}
    end_all(database_url, engine)
    assert before.isdisjoint({use(engine) for _ in range(4)})


def test_a_silently_lost_connection_is_found_by_a_ping(engine, pings, database_url, monkeypatch):
    end_all(database_url, engine)
    monkeypatch.setattr(pooling, "_socket_readable", lambda _: False)
    monkeypatch.setattr(pooling, "IDLE_SECONDS", 0.0)
    assert use(engine)
    assert len(pings) == 1


def test_a_connection_with_pending_data_is_pinged_and_kept(engine, pings, database_url):
    before = {use(engine) for _ in range(2)}
    with engine.connect() as connection:
        listener = backend_of(connection)
        connection.exec_driver_sql("LISTEN bakery")
        connection.commit()
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("NOTIFY bakery")
    wait_for(lambda: use(engine) in before and pings)
    assert {connection.info.backend_pid for connection in pings} == {listener}
    assert {use(engine) for _ in range(4)} == before
