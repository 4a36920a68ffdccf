"""The pool: its target, its renewal, and the limits on opening sessions."""

import pytest

from app.control.models import SessionStatus
from app.control.pool.pool_sizing import fetch_pool_targets, target_size
from app.errors import TooManyRequests, Unavailable
from jobs import tasks
from tests.integration.control.conftest import ACCOUNT, tenant_states
from tests.integration.control.steps import VISITOR, at_once, fill_pool, work


def set_setting(parts, name, value):
    parts.settings.__dict__[name] = value


def demand(parts):
    (found,) = fetch_pool_targets(parts.engine, parts.settings)
    return found


def move_template(database, revision="a"):
    database.execute(
        "UPDATE control.tenants SET template_version = template_version + 1, revision = %s"
        " WHERE is_demo_template",
        [revision],
    )


def test_without_arrivals_the_pool_has_its_floor(parts):
    found = demand(parts)
    assert found.target == found.floor == 2
    assert "at least 2 (DEMO_POOL_SIZE)" in found.reason


def test_the_target_follows_arrivals_and_the_time_to_refill_up_to_the_ceiling(parts, database):
    fill_pool(parts, 1)
    database.execute("UPDATE control.tenants SET ready_at = created_at + interval '6 seconds'")
    for _ in range(20):
        parts.sessions.open(ACCOUNT, VISITOR)
    database.execute("UPDATE control.demo_sessions SET created_at = now() - interval '30 seconds'")
    set_setting(parts, "demo_pool_max", 50)
    found = demand(parts)
    assert found.arrivals_per_minute == 20
    assert found.refill_seconds == 6
    assert found.target == target_size(2) == 5
    set_setting(parts, "demo_pool_max", 4)
    assert demand(parts).target == 4
    assert "at most 4 (DEMO_POOL_MAX)" in demand(parts).reason


def test_the_disk_bounds_the_pool(parts):
    set_setting(parts, "demo_disk_mb", 1)
    found = demand(parts)
    assert (found.target, found.ceiling_by) == (0, "DEMO_DISK_MB")


def test_a_renewed_template_renews_the_pool_bit_by_bit_and_never_empties_it(parts, database):
    database.execute("UPDATE control.tenants SET revision = 'a'")
    set_setting(parts, "demo_pool_size", 4)
    fill_pool(parts, 4)
    move_template(database)
    for _ in range(8):
        tasks.cleanup()
        for queue_round in range(2):
            work(parts)
            assert tenant_states(database).count("ready") >= 4, queue_round
    found = demand(parts)
    assert (found.ready, found.outdated) == (4, 0)


def test_an_outdated_tenant_is_leased_after_the_fresh_ones(parts, database):
    database.execute("UPDATE control.tenants SET revision = 'a'")
    fill_pool(parts, 1)
    move_template(database)
    (fresh,) = parts.pool.add_missing(ACCOUNT, 1)
    tasks.clone(str(fresh))
    first, second = (parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(2))
    assert first.tenant_id == fresh
    assert second.status is SessionStatus.ACTIVE


def test_a_tenant_of_another_revision_is_never_leased(parts, database):
    database.execute("UPDATE control.tenants SET revision = 'a'")
    fill_pool(parts, 1)
    move_template(database, revision="b")
    assert parts.sessions.open(ACCOUNT, VISITOR).session.status is SessionStatus.PENDING
    assert parts.pool.retire(ACCOUNT, 2) == 1


def test_surplus_tenants_are_dropped_after_a_rush(parts):
    fill_pool(parts, 9)
    assert parts.pool.retire(ACCOUNT, 2) == 3


def test_all_creations_together_are_limited(parts):
    set_setting(parts, "demo_creations_per_minute", 3)
    opened, _refused = at_once(6, lambda: parts.sessions.open(ACCOUNT, VISITOR))
    assert 3 <= len(opened) <= 6
    with pytest.raises(TooManyRequests) as error:
        parts.sessions.open(ACCOUNT, VISITOR)
    assert error.value.error_code == "creation_rate"
    assert 1 <= int(error.value.headers["Retry-After"]) <= 60


def test_concurrent_creations_never_exceed_the_limit(parts, database):
    most = int(database.execute("SHOW max_connections").fetchone()[0]) + 10
    set_setting(parts, "demo_max_sessions", most)
    set_setting(parts, "demo_creations_per_minute", 0)
    template = database.execute("SELECT id FROM control.tenants WHERE is_demo_template").fetchone()
    database.execute(
        "INSERT INTO control.demo_sessions (session_id, base_demo_tenant_id, demo_account_type,"
        " status, expires_at) SELECT 'demo_' || g, %s, %s, 'pending', now() + interval '1 hour'"
        " FROM generate_series(1, %s) AS g",
        [*template, ACCOUNT, most - 40],
    )
    _opened, refused = at_once(
        20, lambda: [parts.sessions.open(ACCOUNT, VISITOR) for _ in range(3)]
    )
    count = database.execute(
        "SELECT count(*) FROM control.demo_sessions WHERE status = 'pending'"
    ).fetchone()
    assert count == (most,)
    assert all(isinstance(error, Unavailable) for error in refused)


def test_a_session_is_opened_in_one_round_trip(parts, monkeypatch):
    import psycopg

    fill_pool(parts, 1)
    sent = []
    execute = psycopg.Cursor.execute

    def counting(self, query, *args, **options):
        sent.append(str(query))
        return execute(self, query, *args, **options)

    with parts.engine.connect():
        pass  # connects, and pings
    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    monkeypatch.setattr(parts.dispatcher, "refill", lambda _: None)
    parts.sessions.open(ACCOUNT, VISITOR)
    statements = [text for text in sent if text.strip() and "open_session" not in text]
    assert sum("open_session" in text for text in sent) == 1
    assert statements in ([], [";"]), "nothing but the pool's ping"


def test_idle_sessions_are_ended_when_the_setting_says_so(parts, database):
    fill_pool(parts, 2)
    idle, busy = (parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(2))
    database.execute(
        "UPDATE control.demo_sessions SET last_activity_at = now() - interval '11 minutes'"
        " WHERE id = %s",
        [idle.id],
    )
    assert tasks.cleanup()["expired"] == 0
    set_setting(parts, "demo_idle_minutes", 10)
    assert tasks.cleanup()["expired"] == 1
    assert parts.sessions.fetch(idle.session_id).status is SessionStatus.DESTROYED
    assert parts.sessions.fetch(busy.session_id).status is SessionStatus.ACTIVE


def test_one_cleanup_drops_many_at_the_same_time(parts, database):
    fill_pool(parts, 8)
    for _ in range(8):
        parts.sessions.end(parts.sessions.open(ACCOUNT, VISITOR).session.session_id)
    report = tasks.cleanup()
    assert (report["dropped"], report["not_dropped"], report["left"]) == (8, 0, 0)
