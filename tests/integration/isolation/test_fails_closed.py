"""After a tenant's transaction has ended, nothing reads its data on that connection."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, Response, stream_with_context
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import db
from app.database.isolation import drop_tenant_role, ensure_tenant_role
from app.db import UnknownTenant, _location_of, tenant_engine, tenant_transaction
from tests.integration.control.processes import wait_until_stuck

OWNER = text("SELECT owner FROM sales ORDER BY id")


def read(tenant):
    with tenant_transaction(tenant) as session:
        return session.scalars(OWNER).all()


def assert_closed():
    with tenant_engine().connect() as connection, pytest.raises(SQLAlchemyError):
        connection.execute(OWNER)


def test_an_unfinished_generator_releases_its_tenant_when_collected(house):
    def rows(tenant):
        with tenant_transaction(tenant) as session:
            yield from session.scalars(OWNER)

    for _ in range(5):  # more often than the pool has connections
        assert next(rows(house.mine)) == "mine"
        gc.collect()
    assert read(house.other) == ["other"]
    assert_closed()


def test_two_generators_read_in_turn_stay_with_their_tenants(house):
    def rows(tenant):
        with tenant_transaction(tenant) as session:
            for _ in range(3):
                yield session.scalars(OWNER).all()

    pairs = list(zip(rows(house.mine), rows(house.other), strict=True))
    assert pairs == [(["mine"], ["other"])] * 3
    assert_closed()


def test_a_streaming_answer_reads_its_tenant_and_releases_it_when_interrupted(house):
    app: Flask = house.app

    def view(tenant):
        def body():
            with tenant_transaction(tenant) as session:
                for owner in session.scalars(OWNER):
                    yield f"{owner}\n"
                yield "end\n"

        return Response(stream_with_context(body()))

    with app.test_request_context():
        assert view(house.mine).get_data(as_text=True) == "mine\nend\n"
    for _ in range(4):
        with app.test_request_context():
            response = view(house.other)
            assert next(response.iter_encoded()) == b"other\n"
            response.close()
    del response
    gc.collect()
    assert read(house.mine) == ["mine"]
    assert_closed()


def test_a_background_thread_that_outlives_the_transaction_reads_nothing(house):
    leave, seen = threading.Event(), []
    with tenant_transaction(house.mine) as session:

        def late():
            leave.wait(90)
            try:
                seen.append(session.scalars(OWNER).all())
            except SQLAlchemyError as error:
                seen.append(type(error))

        thread = threading.Thread(target=late)
        thread.start()
    with tenant_transaction(house.other):
        leave.set()
        thread.join()
    assert seen[0] not in (["mine"], ["other"])
    assert_closed()


def test_many_threads_on_few_connections_read_their_own(house):
    wrong, tenants = [], {house.mine: ["mine"], house.other: ["other"]}

    def work(tenant):
        with house.app.app_context():
            wrong.extend(
                item for item in (read(tenant) for _ in range(40)) if item != tenants[tenant]
            )

    threads = [threading.Thread(target=work, args=[tenant]) for tenant in [*tenants] * 6]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_killed_backend_is_replaced(house):
    read(house.mine)
    with house.owner() as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE usename LIKE '%%_tenants' AND datname = current_database()"
        )
    assert read(house.mine) == ["mine"]


def test_a_backend_that_may_not_take_on_a_role_is_replaced_once(make_house, monkeypatch):
    """As one whose list of memberships was read while the role was granted."""
    with make_house(db_pool_size=1) as house, house.owner() as owner:
        role, login = house.role(house.mine), tenant_engine().url.username
        begin, begun = db._begin, []

        def begin_then_grant(*arguments):
            begun.append(arguments)
            try:
                return begin(*arguments)
            finally:
                ensure_tenant_role(owner, house.schema(house.mine), role, login)

        assert read(house.mine) == ["mine"]
        before = backend_of(house.mine)
        monkeypatch.setattr(db, "_begin", begin_then_grant)
        owner.execute(f"REVOKE {role} FROM {login}")
        assert read(house.mine) == ["mine"]
        assert len(begun) == 2
        assert backend_of(house.mine) != before


def backend_of(tenant):
    with tenant_transaction(tenant) as session:
        return session.scalar(text("SELECT pg_backend_pid()"))


def test_without_its_role_a_tenant_is_unknown(make_house):
    with make_house() as house:
        with house.owner() as owner:
            owner.execute(f"DROP SCHEMA {house.schema(house.mine)} CASCADE")
            drop_tenant_role(owner, house.role(house.mine))
            drop_tenant_role(owner, house.role(house.mine))
        _location_of.cache_clear()
        with pytest.raises(UnknownTenant):
            read(house.mine)


def test_of_two_that_drop_a_role_at_once_none_fails(make_house):
    with (
        make_house() as house,
        house.owner() as owner,
        house.owner() as other,
        house.owner() as looker,  # a transaction reads pg_stat_activity once
        ThreadPoolExecutor(1) as threads,
    ):
        role = house.role(house.mine)
        owner.execute(f"DROP SCHEMA {house.schema(house.mine)} CASCADE")
        other.execute("SET application_name = 'second'")
        with owner.transaction():
            drop_tenant_role(owner, role)
            second = threads.submit(drop_tenant_role, other, role)
            wait_until_stuck(looker, "second")
        second.result()


def test_a_connection_retires_after_so_many_tenants(make_house):
    with make_house(db_schemas_per_connection=2, db_pool_size=1) as house:
        first = backend_of(house.mine)
        assert backend_of(house.mine) == first
        assert backend_of(house.other) == first
        assert backend_of(house.mine) != first
