"""The session service: leases, races, limits, ends; on a small template."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import psycopg
import pytest

from app.control.models import SessionStatus
from app.errors import Conflict, NotFound, Unauthorized, Unavailable
from jobs import tasks
from tests.integration.control.conftest import ACCOUNT, demo_schemas, tenant_states
from tests.integration.control.processes import wait_for
from tests.integration.control.steps import VISITOR, at_once, fill_pool

GATE = "masa-madre: open a session"
"""The advisory lock that creations share, by the name that the function in Postgres uses."""


def test_a_ready_tenant_is_leased_at_once_to_one_session(parts, database):
    fill_pool(parts, 5)
    opened, _ = at_once(8, lambda: parts.sessions.open(ACCOUNT, VISITOR).session)
    active = [session for session in opened if session.status is SessionStatus.ACTIVE]
    assert len(active) == 5
    assert len({session.tenant_id for session in active}) == 5
    assert {s.status for s in opened} == {SessionStatus.ACTIVE, SessionStatus.PENDING}
    assert tenant_states(database) == ["cloning"] * 3 + ["leased"] * 5


def test_the_last_place_goes_to_exactly_one(parts):
    parts.settings.__dict__["demo_max_sessions"] = 1
    opened, refused = at_once(6, lambda: parts.sessions.open(ACCOUNT, VISITOR))
    assert len(opened) == 1
    assert {(error.status, error.error_code) for error in refused} == {(503, "capacity")}
    assert all(error.headers["Retry-After"] for error in refused)


def test_without_a_template_nothing_is_opened(parts, database):
    with pytest.raises(Unavailable) as refused:
        parts.sessions.open("central_baker", VISITOR)
    assert refused.value.error_code == "template_missing"
    assert database.execute("SELECT count(*) FROM control.demo_sessions").fetchone() == (0,)


def test_a_waiting_session_takes_the_next_ready_tenant_although_cloned_for_another(parts):
    first = parts.sessions.open(ACCOUNT, VISITOR).session
    second = parts.sessions.open(ACCOUNT, VISITOR).session
    assert first.status is second.status is SessionStatus.PENDING

    tasks.clone(str(parts.sessions.awaited_tenant(second)))

    served = parts.sessions.fetch(first.session_id)
    assert served.status is SessionStatus.ACTIVE
    assert served.data_cloned
    assert parts.sessions.fetch_open(second.session_id).status is SessionStatus.PENDING


def test_a_waiting_sessions_time_begins_when_it_is_served(parts, database):
    waiting = parts.sessions.open(ACCOUNT, VISITOR).session
    database.execute("UPDATE control.demo_sessions SET expires_at = now() + interval '1 minute'")
    tasks.clone(str(parts.sessions.awaited_tenant(waiting)))
    served = parts.sessions.fetch(waiting.session_id)
    assert served.expires_at - served.created_at >= timedelta(minutes=29)


def test_the_last_extension_goes_to_exactly_one(parts):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    results, refusals = at_once(8, lambda: parts.sessions.extend(session.session_id).session)
    assert len(results) == 3
    assert all(isinstance(error, Conflict) for error in refusals)
    latest = parts.sessions.fetch(session.session_id)
    assert latest.expires_at == session.expires_at + timedelta(minutes=90)
    assert latest.extensions == 3


def test_an_ended_session_cannot_be_extended_or_reset_and_is_not_open(parts):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    parts.sessions.end(session.session_id)
    for action in (parts.sessions.extend, parts.sessions.reset, parts.sessions.fetch_open):
        with pytest.raises(Unauthorized):
            action(session.session_id)
    with pytest.raises(Unauthorized):
        parts.sessions.fetch_open("demo_nobody_has_this_session")
    with pytest.raises(NotFound):
        parts.sessions.extend("demo_nobody_has_this_session")


def test_ending_twice_is_ending_once(parts, database):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    ended, refused = at_once(4, lambda: parts.sessions.end(session.session_id))
    assert not refused
    assert {item.status for item in ended} == {SessionStatus.DESTROYED}
    assert tenant_states(database) == ["dropping"]
    tasks.drop(str(session.tenant_id))
    assert demo_schemas(database) == set()
    assert tasks.drop(str(session.tenant_id)) == "nothing to do"


def test_sessions_open_while_redis_is_away(parts, database, monkeypatch):
    from redis.exceptions import ConnectionError as RedisAway

    def away(*_, **__):
        raise RedisAway

    fill_pool(parts, 1)
    monkeypatch.setattr(parts.cache, "put", away)
    monkeypatch.setattr(parts.dispatcher, "refill", away)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    assert session.status is SessionStatus.ACTIVE
    rows = database.execute("SELECT redis_populated FROM control.demo_sessions").fetchall()
    assert rows == [(False,)]


def test_a_session_that_ends_while_it_is_served_leaves_no_leased_tenant(
    parts, database, database_url
):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    tasks.clone(str(parts.pool.add_missing(ACCOUNT, 2)[0]))
    database.execute(
        "UPDATE control.demo_sessions SET status = 'pending', virtual_tenant_id = NULL"
    )
    database.execute("UPDATE control.tenants SET state = 'ready' WHERE state = 'leased'")
    with psycopg.connect(database_url) as serving:
        # What a hand-over does, not committed yet.
        serving.execute(
            "WITH leased AS (UPDATE control.tenants SET state = 'leased', demo_session_id = %(id)s"
            " WHERE is_demo AND state = 'ready' RETURNING id)"
            " UPDATE control.demo_sessions SET status = 'active',"
            " virtual_tenant_id = (SELECT id FROM leased) WHERE id = %(id)s",
            {"id": session.id},
        )
        with ThreadPoolExecutor(1) as visitor:
            ending = visitor.submit(parts.sessions.end, session.session_id)
            wait_until_blocked(database)
            serving.commit()
            assert ending.result().status is SessionStatus.DESTROYED
    assert "leased" not in tenant_states(database)


def wait_until_blocked(database):
    """Wait until a connection to this database waits for a lock."""
    blocked = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )
    wait_for(lambda: database.execute(blocked).fetchone()[0])


def test_the_token_of_a_session_that_waits_lasts_as_long_as_its_time_can(parts):
    opened = parts.sessions.open(ACCOUNT, VISITOR)
    assert opened.session.status is SessionStatus.PENDING
    duration = timedelta(minutes=parts.settings.demo_session_duration_minutes)
    claims = jwt.decode(opened.token, options={"verify_signature": False})
    assert claims["exp"] >= (opened.session.expires_at + duration).timestamp()


def test_near_the_limit_a_creation_waits_until_others_are_through(parts, database, database_url):
    fill_pool(parts, 1)
    with psycopg.connect(database_url) as other, ThreadPoolExecutor(1) as threads:
        other.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [GATE])
        opening = threads.submit(parts.sessions.open, ACCOUNT, VISITOR)
        wait_until_blocked(database)
        assert not opening.done()
        other.rollback()
        assert opening.result().session.status is SessionStatus.ACTIVE
