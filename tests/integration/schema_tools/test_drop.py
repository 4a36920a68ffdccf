"""Only our schemas are dropped; the session that blocks a drop is named."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from schema_tools import (
    DropBlocked,
    NotOurs,
    SchemaToolsError,
    compile_plan,
    drop_schema,
)
from tests.integration.control.processes import wait_until_stuck
from tests.integration.schema_tools.shop import SOURCE, TARGET, as_role, schemas

ONE_SERVER = True


def test_a_schema_without_our_mark_is_not_dropped(shop):
    with pytest.raises(NotOurs, match="'shop' does not carry our mark"):
        drop_schema(shop, SOURCE)

    assert SOURCE in schemas(shop)


def test_dropping_twice_is_dropping_once(shop):
    compile_plan(shop, SOURCE).run(shop, TARGET)

    assert drop_schema(shop, TARGET) is True
    assert drop_schema(shop, TARGET) is False


def test_a_blocked_drop_names_the_session_and_its_query(shop, database_url):
    compile_plan(shop, SOURCE).run(shop, TARGET)
    with psycopg.connect(database_url, application_name="reader") as reader:
        reader.execute(f"SELECT 'a long look', count(*) FROM {TARGET}.t")
        with pytest.raises(DropBlocked) as told:
            drop_schema(shop, TARGET, lock_timeout=0.05, attempts=2)
        assert f"pid {reader.info.backend_pid} (reader): SELECT 'a long look'" in str(told.value)
        assert TARGET in schemas(shop)


def test_a_drop_waits_for_a_reader_that_ends(shop, database_url):
    compile_plan(shop, SOURCE).run(shop, TARGET)
    with psycopg.connect(database_url) as reader:
        reader.execute(f"SELECT count(*) FROM {TARGET}.t")
        leaving = threading.Timer(0.3, reader.rollback)
        leaving.start()
        assert drop_schema(shop, TARGET, lock_timeout=0.1, attempts=6)
        leaving.join()


@pytest.mark.parametrize("share", [4, 10**6], ids=["whole", "in stages"])
def test_of_two_drops_at_once_one_drops_and_none_fails(shop, database_url, share, monkeypatch):
    monkeypatch.setattr("schema_tools.drop.SHARE", share)
    compile_plan(shop, SOURCE).run(shop, TARGET)

    def drop(name):
        with psycopg.connect(database_url, autocommit=True, application_name=name) as connection:
            return drop_schema(connection, TARGET, lock_timeout=20)

    with psycopg.connect(database_url) as reader, ThreadPoolExecutor(2) as threads:
        reader.execute(f"SELECT count(*) FROM {TARGET}.t")
        drops = [threads.submit(drop, name) for name in ("first", "second")]
        for name in ("first", "second"):
            wait_until_stuck(shop, name)
        reader.rollback()
    assert sorted(future.result() for future in drops) == [False, True]
    assert TARGET not in schemas(shop)


def test_a_drop_without_the_privilege_is_refused_with_a_message(shop):
    compile_plan(shop, SOURCE).run(shop, TARGET)
    with as_role(shop, "torture_reader"), pytest.raises(SchemaToolsError, match="must be owner"):
        drop_schema(shop, TARGET)
