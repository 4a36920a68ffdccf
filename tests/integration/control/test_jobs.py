"""The jobs: safe to run twice, safe to lose, and true about their outcome."""

import os
from datetime import UTC, datetime, timedelta
from signal import SIGKILL
from uuid import uuid4

import pytest
from rq import Worker
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from app.control import statistics
from app.control.models import SessionStatus
from app.control.queues import QUEUES
from jobs import tasks
from jobs.clones.clone_tasks import clone_task_id, find_stalled
from jobs.queue.standing_worker import StandingWorker
from jobs.queue.task_queue import TaskJob, TaskQueue
from jobs.scheduler import DemoScheduler
from jobs.services import advisory_lock
from schema_tools import SchemaToolsError, compile_plan
from tests.integration.control.conftest import (
    ACCOUNT,
    TEMPLATE,
    demo_schemas,
    differences,
    tenant_states,
)
from tests.integration.control.processes import python
from tests.integration.control.steps import VISITOR, fill_pool, work


def schema_of(session):
    return f"demo_{session.tenant_id.hex}"


def test_a_clone_is_exact_and_cloning_twice_is_cloning_once(parts, database):
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    assert tasks.clone(str(tenant_id)) == "cloned"
    assert tasks.clone(str(tenant_id)) == "nothing to do"
    assert differences(database, f"demo_{tenant_id.hex}") == []


def test_a_jobs_lines_carry_the_request_that_asked_for_it(parts, database):
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    with bound_contextvars(request_id="click-12345678"):
        parts.dispatcher.clone(tenant_id)
    with capture_logs(processors=[merge_contextvars]) as lines:
        work(parts)
    (cloned,) = [line for line in lines if line.get("action") == "tenant_cloned"]
    (done,) = [line for line in lines if line.get("action") == "job_done"]
    assert {line["request_id"] for line in (cloned, done)} == {"click-12345678"}
    assert {line["job"] for line in (cloned, done)} == {clone_task_id(tenant_id)}
    assert (done["task"], done["seconds"] > 0) == ("jobs.tasks.clone", True)


def test_a_request_id_that_was_planted_in_redis_reaches_no_line(parts, database):
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    parts.dispatcher.clone(tenant_id)
    job = TaskJob.fetch(clone_task_id(tenant_id), connection=parts.redis)
    job.meta = {"request_id": "a\nline of its own"}
    job.save_meta()
    with capture_logs(processors=[merge_contextvars]) as lines:
        work(parts)
    (done,) = [line for line in lines if line.get("action") == "job_done"]
    assert "request_id" not in done


def test_a_clone_whose_row_was_not_marked_is_found_again(parts, database):
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    tenant = parts.pool.find(tenant_id)
    label = f"v{tenant.template_version} {tenant.template_revision}"
    compile_plan(database, TEMPLATE).run(database, tenant.schema_name, comment=label)
    database.execute(f"INSERT INTO {tenant.schema_name}.bread VALUES (9, 'found, not cut again')")
    assert tasks.clone(str(tenant_id)) == "cloned"
    assert tenant_states(database) == ["ready"]
    assert database.execute(f"SELECT count(*) FROM {tenant.schema_name}.bread").fetchone() == (4,)


def test_a_clone_of_an_older_template_whose_row_was_not_marked_is_made_again(parts, database):
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    schema = f"demo_{tenant_id.hex}"
    compile_plan(database, TEMPLATE).run(database, schema, comment="v0 None")
    database.execute("UPDATE control.tenants SET template_version = 7 WHERE is_demo_template")
    database.execute(f"INSERT INTO {TEMPLATE}.bread VALUES (4, 'chapata')")
    assert tasks.clone(str(tenant_id)) == "cloned"
    assert differences(database, schema) == []


def test_a_second_attempt_does_not_run_beside_the_first(parts, database, database_url):
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    with advisory_lock(database_url, f"cloning {tenant_id.hex}"):
        tasks.clone(str(tenant_id))
        assert tenant_states(database) == ["cloning"]
    tasks.clone(str(tenant_id))
    assert tenant_states(database) == ["ready"]


def test_a_redefined_template_is_compiled_again(parts, database):
    fill_pool(parts, 1)
    database.execute(f"ALTER TABLE {TEMPLATE}.bread ADD COLUMN price numeric DEFAULT 1")
    database.execute("UPDATE control.tenants SET template_version = 2 WHERE is_demo_template")
    assert parts.pool.retire(ACCOUNT, 1) == 1
    fill_pool(parts, 1)
    (ready,) = database.execute(
        "SELECT schema_name FROM control.tenants WHERE is_demo AND state = 'ready'"
    )
    assert differences(database, ready[0]) == []


def test_a_clone_that_cannot_work_fails_the_session_with_a_message(parts, database):
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    work(parts)
    failed = parts.sessions.fetch(session.session_id)
    assert failed.status is SessionStatus.FAILED
    assert failed.failure is not None
    assert "Vuelve a intentarlo" in failed.failure
    assert tenant_states(database) == ["failed"]
    assert demo_schemas(database) == set()

    database.execute(f"ALTER SCHEMA hidden RENAME TO {TEMPLATE}")
    tasks.cleanup()
    work(parts)
    assert parts.sessions.open(ACCOUNT, VISITOR).session.status is SessionStatus.ACTIVE


def test_a_clone_that_fails_has_so_many_attempts_and_no_more(parts, database):
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    states = []
    for _ in range(parts.settings.clone_attempts):
        with pytest.raises(SchemaToolsError):
            tasks.clone(str(tenant_id))
        states += tenant_states(database)
    assert states == ["cloning", "cloning", "failed"]


def test_a_clone_that_kills_its_process_fails_after_its_attempts(parts, database, monkeypatch):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    monkeypatch.setattr(
        "jobs.clones.cloning.clone_schema", lambda *_: os.kill(os.getpid(), SIGKILL)
    )
    worker = {"connection": parts.redis, "job_class": TaskJob, "queue_class": TaskQueue}
    Worker(QUEUES, **worker).work(burst=True)
    tasks.cleanup()  # RQ's own retries have ended; cleanup asks again
    Worker(QUEUES, **worker).work(burst=True)
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.FAILED
    (failure,) = database.execute(
        "SELECT failure FROM control.tenants WHERE demo_session_id = %s", [session.id]
    ).fetchone()
    assert failure == "each of 3 attempts ended with its process"


def test_cleanup_ends_sessions_whose_time_is_over(parts, database):
    fill_pool(parts, 2)
    gone, stays = (parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(2))
    database.execute(
        "UPDATE control.demo_sessions SET expires_at = now() - interval '1 second' WHERE id = %s",
        [gone.id],
    )
    report = tasks.cleanup()
    assert report["expired"] == 1
    work(parts)
    assert schema_of(gone) not in demo_schemas(database)
    assert schema_of(stays) in demo_schemas(database)
    assert parts.sessions.fetch(gone.session_id).status is SessionStatus.DESTROYED
    assert parts.sessions.fetch(stays.session_id).status is SessionStatus.ACTIVE
    assert statistics.totals(parts.engine)["expired_sessions"] == 1


def test_only_one_of_two_concurrent_cleanups_runs(parts, database_url):
    with advisory_lock(database_url, "cleanup") as mine:
        assert mine
        assert tasks.cleanup() == {"skipped": 1}
    assert "skipped" not in tasks.cleanup()


def test_cleanup_fills_the_pool_and_asks_again_for_lost_clones(parts, database):
    tasks.cleanup()
    work(parts)
    assert tenant_states(database) == ["ready", "ready"]
    lost = parts.pool.add_missing(ACCOUNT, 3)
    parts.redis.flushall()
    tasks.cleanup()
    work(parts)
    assert len(lost) == 1
    assert tenant_states(database) == ["ready"] * 3


def test_the_statistics_outlive_the_rows(parts, database):
    fill_pool(parts, 2)
    for _ in range(2):
        session = parts.sessions.open(ACCOUNT, VISITOR).session
        parts.activity.record(session.id, datetime.now(UTC))
        parts.sessions.end(session.session_id)
    tasks.cleanup()
    database.execute(
        "UPDATE control.demo_sessions SET created_at = created_at - interval '8 days',"
        " destroyed_at = destroyed_at - interval '8 days',"
        " expires_at = expires_at - interval '8 days'"
    )
    endings = {"visitor": 1, "ops": 2, "operator": 1, "migration": 1, "clock": 1, "idle": 1}
    for ended_by in [each for each, times in endings.items() for _ in range(times)]:
        database.execute(
            "INSERT INTO control.demo_sessions (session_id, base_demo_tenant_id, status,"
            " demo_account_type, created_at, expires_at, destroyed_at, metadata)"
            " SELECT gen_random_uuid()::text, base_demo_tenant_id, 'destroyed', demo_account_type,"
            " created_at, expires_at, destroyed_at, jsonb_build_object('ended_by', %s::text)"
            " FROM control.demo_sessions LIMIT 1",
            [ended_by],
        )
    before = statistics.totals(parts.engine)
    by = {name: before[f"ended_by_{name}"] for name in ("clock", "visitor", "ops")}
    assert by == {"clock": 2, "visitor": 3, "ops": 4}
    assert (before["expired_sessions"], before["destroyed_sessions"]) == (2, 7)
    tasks.purge()
    assert database.execute("SELECT count(*) FROM control.demo_sessions").fetchone() == (0,)
    assert statistics.totals(parts.engine) == before
    assert before["total_requests"] == 2
    tasks.purge()
    assert statistics.totals(parts.engine) == before


def test_requests_are_counted_once_though_the_cleanup_is_killed(parts):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    for _ in range(3):
        parts.activity.record(session.id, datetime.now(UTC))
    script = (
        "import os, signal; from gateway import Activity; from jobs import tasks;"
        "Activity.acknowledge = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
        "tasks.cleanup()"
    )
    with python(script) as counting:
        assert counting.wait(90) == -SIGKILL
    assert parts.sessions.fetch(session.session_id).request_count == 3
    parts.activity.record(session.id, datetime.now(UTC))
    assert tasks.cleanup()["activity"] == 1
    assert parts.sessions.fetch(session.session_id).request_count == 4


def test_requests_are_counted_once_by_two_cleanups(parts, database):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    for _ in range(5):
        parts.activity.record(session.id, datetime.now(UTC))
    assert tasks.cleanup()["activity"] == 1
    assert tasks.cleanup()["activity"] == 0
    assert parts.sessions.fetch(session.session_id).request_count == 5


def test_the_same_work_is_queued_once(parts):
    tenant_id = uuid4()
    for _ in range(3):
        parts.dispatcher.drop(tenant_id)
        parts.dispatcher.refill(ACCOUNT)
    assert len(TaskQueue("drop", connection=parts.redis)) == 1
    assert len(TaskQueue("pool", connection=parts.redis)) == 1


@pytest.mark.parametrize(
    ("seconds", "order"),
    [
        (0, ["reset", "maintenance", "drop", "clone", "pool"]),
        (3600, ["reset", "clone", "pool", "maintenance", "drop"]),
    ],
    ids=["its turn", "not yet"],
)
def test_what_nobody_waits_for_takes_turns_with_clones(parts, monkeypatch, seconds, order):
    monkeypatch.setattr("jobs.queue.standing_worker.TURN_SECONDS", seconds)
    for queue in QUEUES:
        TaskQueue(queue, connection=parts.redis).enqueue("jobs.tasks.purge", job_id=queue)
    StandingWorker(QUEUES, connection=parts.redis).work(burst=True)
    ended = {queue: TaskJob.fetch(queue, connection=parts.redis).ended_at for queue in QUEUES}
    assert sorted(ended, key=ended.get) == order


def test_a_scheduled_job_that_has_run_stays_on_the_schedule(parts):
    scheduler = DemoScheduler(parts.settings)
    scheduler.install()
    for job in list(scheduler.get_jobs()):
        scheduler.enqueue_job(job)
    work(parts)
    for job in scheduler.get_jobs():
        assert parts.redis.ttl(job.key) == -1, f"{job.id} is forgotten with its result"
    assert len(list(scheduler.get_jobs())) == 8


def test_a_restarted_scheduler_adds_no_job(parts):
    for _ in range(2):
        scheduler = DemoScheduler(parts.settings)
        scheduler.install()
    assert sorted(job.id for job in scheduler.get_jobs()) == [
        "catch-up",
        "cleanup",
        "daily",
        "deliver",
        "events",
        "purge",
        "reconcile",
        "refresh",
    ]


def test_a_failure_is_added_to_a_sessions_metadata(parts, database):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    database.execute('UPDATE control.demo_sessions SET metadata = \'{"from": "newsletter"}\'')
    parts.pool.mark_failed(parts.sessions.awaited_tenant(session), "no space")
    (known,) = database.execute("SELECT metadata FROM control.demo_sessions").fetchone()
    assert known["from"] == "newsletter"
    assert known["failure"] == parts.sessions.fetch(session.session_id).failure


def refills_after_asking_again(parts):
    """Ask for one more refill, and return the number of queued ones."""
    parts.dispatcher.refill_may_be_asked_again(ACCOUNT)
    parts.dispatcher.refill(ACCOUNT)
    return len(TaskQueue("pool", connection=parts.redis))


def test_a_job_whose_process_was_killed_is_queued_again(parts):
    parts.dispatcher.refill(ACCOUNT)
    job = TaskJob.fetch(f"refill-{ACCOUNT}", connection=parts.redis)
    TaskQueue("pool", connection=parts.redis).empty()
    job.set_status("started")
    job.started_at = datetime.now(UTC) - timedelta(seconds=30)
    job.save()
    assert refills_after_asking_again(parts) == 0, "a worker may still do it"
    job.started_at = datetime.now(UTC) - timedelta(seconds=90)
    job.save()
    assert refills_after_asking_again(parts) == 1


def test_a_job_taken_by_a_killed_worker_is_queued_again(parts):
    parts.dispatcher.refill(ACCOUNT)
    job = TaskJob.fetch(f"refill-{ACCOUNT}", connection=parts.redis)
    parts.redis.lpop(TaskQueue("pool", connection=parts.redis).key)
    assert refills_after_asking_again(parts) == 0, "it may be in hand"
    job.enqueued_at = datetime.now(UTC) - timedelta(seconds=10)
    job.save()
    assert refills_after_asking_again(parts) == 1


def test_a_schedule_that_redis_lost_is_put_back(parts):
    scheduler = DemoScheduler(parts.settings)
    scheduler.install()
    parts.redis.flushall()
    scheduler.enqueue_jobs()
    assert {job.id for job in scheduler.get_jobs()} >= {"cleanup", "purge", "reconcile", "refresh"}


def test_a_scheduled_job_of_an_earlier_release_is_replaced(parts):
    scheduler = DemoScheduler(parts.settings)
    scheduler.install()
    old = TaskJob.fetch("cleanup", connection=parts.redis)
    old.origin = "elsewhere"
    old.save()
    scheduler.install()
    assert TaskJob.fetch("cleanup", connection=parts.redis).origin == "maintenance"


def test_a_job_started_during_the_check_is_not_lost(parts, monkeypatch):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    key = TaskJob.key_for(clone_task_id(parts.sessions.awaited_tenant(session)))
    parts.redis.hset(key, "enqueued_at", "2026-01-01T00:00:00.0Z")
    look = TaskQueue.get_job_position

    def taken_just_before(queue, job):
        parts.redis.lrem(queue.key, 0, job.id)
        parts.redis.hset(key, "status", "started")
        return look(queue, job)

    monkeypatch.setattr(TaskQueue, "get_job_position", taken_just_before)
    assert find_stalled(parts) == []


def test_cleanup_asks_again_for_a_clone_whose_worker_died(parts, database):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    tenant_id = parts.sessions.awaited_tenant(session)
    job = TaskJob.fetch(clone_task_id(tenant_id), connection=parts.redis)
    TaskQueue("clone", connection=parts.redis).empty()
    job.set_status("started")
    job.started_at = datetime.now(UTC) - timedelta(seconds=15)
    job.save()
    tasks.cleanup()
    work(parts)
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.ACTIVE
