"""A reset brings the template's rows back exactly: a job does it, the visitor's request waits."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from redis import Redis

from app.control import transitions
from app.control.models import SessionStatus
from app.control.queues import QUEUES, RESETS
from app.control.reset.requests import ResetRequests
from app.control.reset.status import ResetStatus
from app.errors import TooManyRequests, Unavailable
from jobs import tasks
from jobs.clones import resetting
from jobs.clones.resetting import CLONES_AT_MOST
from jobs.queue.task_queue import TaskJob, TaskQueue, TaskWorker
from jobs.services import job_services, make_dispatcher
from tests.integration.control.conftest import ACCOUNT, TEMPLATE, differences, tenant_states
from tests.integration.control.processes import wait_for
from tests.integration.control.steps import VISITOR, fill_pool

RICH = """
SET search_path = {template};
CREATE TYPE grade AS ENUM ('good', 'bad');
CREATE SEQUENCE tickets START 100;
CREATE TABLE shops (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE,
    grade grade, grades grade[], updated_at timestamptz DEFAULT '2026-01-01 00:00Z');
CREATE TABLE sales (id bigint PRIMARY KEY DEFAULT nextval('tickets'),
    shop_id integer REFERENCES shops, price numeric NOT NULL,
    twice numeric GENERATED ALWAYS AS (price * 2) STORED, refund_of bigint REFERENCES sales);
CREATE TABLE notes (line text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON shops FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER touch_always BEFORE UPDATE ON shops FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE shops ENABLE ALWAYS TRIGGER touch_always;
ALTER TABLE shops DISABLE TRIGGER USER;
INSERT INTO shops (name, grade, grades) VALUES ('uno', 'good', '{{good,bad}}'), ('dos', NULL, NULL);
ALTER TABLE shops ENABLE TRIGGER touch; ALTER TABLE shops ENABLE ALWAYS TRIGGER touch_always;
INSERT INTO sales (shop_id, price, refund_of) VALUES (1, 10, NULL), (2, 20, NULL), (1, -10, 100);
INSERT INTO notes VALUES ('a'), ('a'), ('b');
"""

MUCH = (
    "INSERT INTO shops (name) SELECT g::text FROM generate_series(1, 50) g",
    "INSERT INTO sales (shop_id, price) SELECT id, id FROM shops",
    "UPDATE shops SET name = name || '!', grade = 'bad', grades = '{bad}'",
    "UPDATE sales SET price = 1, refund_of = id",
    "DELETE FROM notes WHERE line = 'b'",
    "SELECT nextval('tickets')",
)


@pytest.fixture
def session(parts, database):
    """A session on a template with enums, triggers, keys and sequences of all kinds."""
    database.execute(RICH.format(template=TEMPLATE))
    fill_pool(parts, 1)
    return parts.sessions.open(ACCOUNT, VISITOR).session


def schema_of(session):
    return f"demo_{session.tenant_id.hex}"


def change(database, session, *statements):
    database.execute(f"SET search_path = {schema_of(session)}")
    for statement in statements:
        database.execute(statement)
    database.execute("RESET search_path")


def reset(session):
    """Run the job, in this process."""
    return ResetStatus(tasks.reset(str(session.id)))


def test_written_rows_are_restored_in_place(parts, database, session):
    for _ in range(2):  # what was restored once is written since the clone, too
        change(database, session, *MUCH)
        assert reset(session) is ResetStatus.DONE
        now = parts.sessions.fetch(session.session_id)
        assert (now.tenant_id, now.expires_at) == (session.tenant_id, session.expires_at)
        assert differences(database, schema_of(session)) == []


@pytest.mark.parametrize("ready", [0, 1])
def test_a_new_template_version_gives_a_fresh_tenant_that_the_gateway_knows(
    parts, database, session, ready
):
    database.execute("UPDATE control.tenants SET template_version = 2 WHERE is_demo_template")
    fill_pool(parts, ready)
    assert reset(session) is ResetStatus.DONE
    fresh = parts.sessions.fetch(session.session_id)
    assert fresh.tenant_id != session.tenant_id
    assert fresh.expires_at == session.expires_at, "the clock goes on"
    assert parts.cache.find(session.session_id).tenant_id == fresh.tenant_id
    assert differences(database, schema_of(fresh)) == []
    assert tenant_states(database) == ["dropping", "leased"]
    assert TaskJob.exists(f"drop-{session.tenant_id.hex}", connection=parts.redis)


def test_a_reset_after_one_that_was_cut_tells_the_gateway_of_the_fresh_tenant(
    parts, database, session, monkeypatch
):
    database.execute("UPDATE control.tenants SET template_version = 2 WHERE is_demo_template")
    fill_pool(parts, 1)

    def replace_and_lose_the_answer(services, target):
        with services.engine.begin() as connection:
            transitions.REPLACE_TENANT.run(
                connection, demo_session_id=target.session, tenant_id=target.tenant
            )
        raise ConnectionError("the commit happened, and its answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(resetting, "take_ready_tenant", replace_and_lose_the_answer)
        with pytest.raises(ConnectionError):
            reset(session)
    assert parts.cache.find(session.session_id).tenant_id == session.tenant_id

    assert reset(session) is ResetStatus.DONE

    fresh = parts.sessions.fetch(session.session_id)
    assert fresh.tenant_id != session.tenant_id
    assert parts.cache.find(session.session_id).tenant_id == fresh.tenant_id


def test_a_session_that_waits_for_its_first_tenant_goes_before_a_reset(parts, database, session):
    database.execute("UPDATE control.tenants SET template_version = 2 WHERE is_demo_template")
    waiting = [parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(CLONES_AT_MOST - 1)]
    assert reset(session) is ResetStatus.DONE
    for each in waiting:
        assert parts.sessions.fetch(each.session_id).status is SessionStatus.ACTIVE

    database.execute("UPDATE control.tenants SET template_version = 3 WHERE is_demo_template")
    for _ in range(CLONES_AT_MOST):
        parts.sessions.open(ACCOUNT, VISITOR)
    before = parts.sessions.fetch(session.session_id)
    assert reset(session) is ResetStatus.POOL_EMPTY
    assert parts.sessions.fetch(session.session_id).tenant_id == before.tenant_id


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE control.tenants SET state = 'cloning' WHERE is_demo_template",
        f"ALTER SCHEMA {TEMPLATE} RENAME TO away",
    ],
    ids=["being renewed", "lost"],
)
def test_a_reset_without_a_template_to_cut_from_leaves_the_session_as_it_was(
    parts, database, session, spoil
):
    change(database, session, "DELETE FROM notes")
    database.execute("UPDATE control.tenants SET template_version = 2 WHERE is_demo_template")
    database.execute(spoil)
    assert reset(session) is ResetStatus.POOL_EMPTY
    now = parts.sessions.fetch(session.session_id)
    assert (now.status, now.tenant_id) == (SessionStatus.ACTIVE, session.tenant_id)
    rows = database.execute(f"SELECT count(*) FROM {schema_of(session)}.notes").fetchone()
    assert rows == (0,)


def test_a_template_that_moves_while_the_tables_are_locked_is_noticed(
    parts, database, session, monkeypatch
):
    run = resetting.restore_rows

    def moved_first(*arguments, **options):
        database.execute("UPDATE control.tenants SET template_version = 2 WHERE is_demo_template")
        return run(*arguments, **options)

    monkeypatch.setattr("jobs.clones.resetting.restore_rows", moved_first)
    change(database, session, "DELETE FROM notes")
    assert reset(session) is ResetStatus.DONE
    rows = database.execute(f"SELECT count(*) FROM {schema_of(session)}.notes").fetchone()
    assert rows == (0,), "it was left as it was"
    assert parts.sessions.fetch(session.session_id).tenant_id != session.tenant_id


def test_other_tables_give_a_fresh_tenant(parts, database, session):
    fill_pool(parts, 1)
    database.execute(f"ALTER TABLE {schema_of(session)}.notes RENAME TO lines")
    assert reset(session) is ResetStatus.DONE
    fresh = parts.sessions.fetch(session.session_id)
    assert fresh.tenant_id != session.tenant_id
    assert differences(database, schema_of(fresh)) == []


def test_a_reset_of_a_session_that_keeps_writing_is_busy(parts, database_url, database, session):
    with psycopg.connect(database_url) as writer:
        writer.execute(f"UPDATE {schema_of(session)}.sales SET price = 3")
        assert reset(session) is ResetStatus.BUSY
    assert reset(session) is ResetStatus.DONE
    assert differences(database, schema_of(session)) == []


def test_a_session_that_is_over_is_left_alone(parts, database, session):
    change(database, session, "DELETE FROM notes")
    parts.sessions.end(session.session_id)
    assert reset(session) is ResetStatus.OVER
    assert ResetStatus(tasks.reset(str(uuid4()))) is ResetStatus.OVER
    assert tenant_states(database) == ["dropping"]


def test_rows_are_counted_from_zero_again(parts, session):
    most = parts.settings.tenant_rows
    parts.quota.add(session.tenant_id, most)
    with pytest.raises(TooManyRequests):
        parts.quota.add(session.tenant_id, 1)
    assert reset(session) is ResetStatus.DONE
    parts.quota.add(session.tenant_id, most)


def test_concurrent_resets_leave_the_templates_rows(parts, database, session):
    change(database, session, *MUCH)
    with ThreadPoolExecutor(4) as threads:
        resets = [threads.submit(reset, session) for _ in range(4)]
    assert {future.result() for future in resets} == {ResetStatus.DONE}
    assert parts.sessions.fetch(session.session_id).tenant_id == session.tenant_id
    assert differences(database, schema_of(session)) == []


def test_concurrent_replacements_take_one_tenant(parts, database, session):
    fill_pool(parts, 3)
    database.execute(f"ALTER TABLE {schema_of(session)}.notes RENAME TO lines")
    with ThreadPoolExecutor(3) as threads:
        resets = [threads.submit(reset, session) for _ in range(3)]
    assert {future.result() for future in resets} == {ResetStatus.DONE}
    assert tenant_states(database) == ["dropping", "leased", "ready", "ready"]


def test_a_backend_retires_after_a_bounded_number_of_resets(parts, database, session, monkeypatch):
    monkeypatch.setattr("jobs.services.RESETS_PER_CONNECTION", 2)
    job_services.cache_clear()
    before, seen = owners_backends(database), set()
    for _ in range(5):
        reset(session)
        seen |= owners_backends(database) - before
    job_services().engine.dispose()
    job_services().reset_engine.dispose()
    assert len(seen) == 1 + 3, "one for the control tables, three for resets"


def owners_backends(database):
    rows = database.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = current_user"
    )
    return {row[0] for row in rows}


def test_a_request_waits_for_its_reset(parts, database, session, worker):
    change(database, session, *MUCH)
    opened = parts.sessions.reset(session.session_id, wait=30)
    assert not opened.reset_is_under_way
    assert opened.session.tenant_id == session.tenant_id
    assert differences(database, schema_of(session)) == []
    assert parts.sessions.find_reset(session) is ResetStatus.DONE


def test_a_request_waits_for_its_reset_no_longer_than_the_setting(
    parts, database_url, database, session, worker
):
    with psycopg.connect(database_url) as writer:
        writer.execute(f"UPDATE {schema_of(session)}.sales SET price = 3")
        opened = parts.sessions.reset(session.session_id, wait=0)
        assert opened.reset_is_under_way
        assert opened.session.status is SessionStatus.ACTIVE
        wait_for(lambda: parts.sessions.find_reset(session) is ResetStatus.RUNNING)
        # A second one joins it, and hears of its end.
        with pytest.raises(Unavailable) as refused:
            parts.sessions.reset(session.session_id, wait=30)
    assert (refused.value.error_code, refused.value.headers["Retry-After"]) == ("busy", "1")
    assert parts.sessions.find_reset(session) is ResetStatus.BUSY


def test_a_reset_goes_before_the_clones_of_the_pool(parts, session):
    parts.dispatcher.clone_for_pool(parts.pool.add_missing(ACCOUNT, 1))
    parts.dispatcher.reset(session.id)
    parts.dispatcher.reset(session.id)
    assert len(TaskQueue(RESETS, connection=parts.redis)) == 1
    for_pool = len(TaskQueue("pool", connection=parts.redis))
    TaskWorker(QUEUES, connection=parts.redis).work(burst=True, max_jobs=1)
    assert parts.dispatcher.find_reset(session.id) is ResetStatus.DONE
    assert len(TaskQueue("pool", connection=parts.redis)) == for_pool > 0


def test_without_a_worker_a_reset_is_refused_and_not_done_later(parts, database, session):
    change(database, session, "DELETE FROM notes")
    started = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        parts.sessions.reset(session.session_id, wait=1)
    assert time.monotonic() - started < 60
    assert refused.value.error_code == "reset_unavailable"
    assert refused.value.headers["Retry-After"] == "5"
    assert len(TaskQueue(RESETS, connection=parts.redis)) == 0
    assert parts.dispatcher.find_reset(session.id) is None
    TaskWorker(QUEUES, connection=parts.redis).work(burst=True)
    rows = database.execute(f"SELECT count(*) FROM {schema_of(session)}.notes").fetchone()
    assert rows == (0,)


def test_a_reset_waits_for_a_worker_that_is_busy(parts, session):
    with parts.redis.pipeline() as pipeline:
        pipeline.sadd(f"rq:workers:{RESETS}", "rq:worker:other")
        pipeline.hset("rq:worker:other", "state", "busy")
        pipeline.execute()
    requests = ResetRequests(parts.dispatcher)
    assert requests.run(session.id, 1) is ResetStatus.QUEUED
    assert len(TaskQueue(RESETS, connection=parts.redis)) == 1
    parts.redis.hset("rq:worker:other", "state", "idle")
    with pytest.raises(Unavailable):
        requests.run(session.id, 1)


def test_a_reset_whose_worker_was_killed_has_failed(parts, session, monkeypatch):
    parts.dispatcher.reset(session.id)
    job = TaskJob.fetch(f"reset-{session.id.hex}", connection=parts.redis)
    parts.redis.lpop(TaskQueue(RESETS, connection=parts.redis).key)
    parts.redis.hset(job.key, mapping={"status": "started", "started_at": "2026-01-01T00:00:00Z"})
    assert parts.dispatcher.find_reset(session.id) is ResetStatus.FAILED
    with pytest.raises(Unavailable) as refused:
        parts.sessions.reset(session.session_id, wait=1)
    assert refused.value.error_code == "reset_unavailable", "it was queued again"


def test_with_redis_away_a_reset_is_refused_at_once(parts, session):
    away = make_dispatcher(parts.settings, Redis(port=1, socket_connect_timeout=0.2))
    requests = ResetRequests(away)
    with pytest.raises(Unavailable) as refused:
        requests.run(session.id, 30)
    assert refused.value.error_code == "reset_unavailable"
    assert requests.find_status(session.id) is None
