"""Scheduler and workers survive every Redis error, and a master or worker that is killed."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.exceptions import TimeoutError

from app import create_app
from app.db import db, tenant_engine
from app.http.job_health import PROCESSES_KEY, JobHealth
from app.http.readiness import KEY as READINESS
from jobs import tasks
from jobs.queue.task_queue import TaskJob, TaskQueue
from jobs.queue.unreadable_keys import KEPT_AS, set_aside_unreadable
from jobs.scheduler import DemoScheduler
from tests.integration.control.conftest import ACCOUNT
from tests.integration.control.processes import children, kill, python, wait_for
from tests.integration.control.steps import VISITOR, fill_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

SCHEDULE = "rq:scheduler:scheduled_jobs"
ENTRIES = 8
"""Cleanup, reconcile, refresh, catch-up, daily, events, purge and deliver."""
WORKER = "from jobs.worker import main; main()"
SCHEDULER = "from jobs.scheduler import main; main()"


def answers(redis):
    """Return True if Redis answers within the client's timeout."""
    try:
        return redis.ping()
    except TimeoutError:
        return False


@contextmanager
def full(redis):
    redis.config_set("maxmemory", 1)
    try:
        yield lambda logs: all(has_failed(log) for log in logs)
    finally:
        redis.config_set("maxmemory", 0)


@contextmanager
def read_only(redis):
    redis.replicaof("127.0.0.1", 1)
    try:
        yield lambda logs: all(has_failed(log) for log in logs)
    finally:
        redis.replicaof("NO", "ONE")


@contextmanager
def silent(redis):
    redis.client_pause(8000)
    yield lambda _: answers(redis)


@contextmanager
def without_connections(redis):
    redis.client_kill_filter(_type="normal", skipme=True)
    yield lambda _: True


@contextmanager
def with_a_wrong_type(redis):
    redis.delete(SCHEDULE)
    redis.set(SCHEDULE, "not what it should be")
    yield lambda _: any(SCHEDULE in key.decode() for key in redis.keys(f"{KEPT_AS}*"))


OUTAGES = [full, read_only, silent, without_connections, with_a_wrong_type]


def has_failed(log):
    """Whether a process has met the failure of Redis."""
    return '"action": "redis_failed"' in log.read_text()


def finishes(redis, queue):
    """Have a job of this queue done."""
    job = TaskQueue(queue, connection=redis).enqueue("jobs.tasks.purge")
    wait_for(lambda: job.get_status().value == "finished", seconds=120)


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.__name__)
def test_scheduler_and_workers_continue_after_a_redis_error(parts, monkeypatch, tmp_path, outage):
    monkeypatch.setenv("WORKER_PROCESSES", "1")
    health, logs = JobHealth(parts.redis), [tmp_path / "scheduler", tmp_path / "worker"]
    with python(SCHEDULER, logs[0]) as scheduler, python(WORKER, logs[1]) as worker:
        wait_for(lambda: health.processes() == {"scheduler": 1, "worker": 1})
        wait_for(lambda: parts.redis.zcard(SCHEDULE) == ENTRIES)
        with outage(parts.redis) as was_met:
            wait_for(lambda: was_met(logs))
        parts.redis.delete(SCHEDULE)
        wait_for(lambda: parts.redis.zcard(SCHEDULE) == ENTRIES, seconds=120)
        for queue in ("pool", "maintenance"):
            finishes(parts.redis, queue)
        assert (scheduler.poll(), worker.poll()) == (None, None)


@pytest.mark.parametrize("key", ["rq:queue:maintenance", "rq:finished:pool"])
def test_a_worker_sets_aside_a_key_of_another_type(parts, monkeypatch, key):
    monkeypatch.setenv("WORKER_PROCESSES", "1")
    with python(WORKER):
        finishes(parts.redis, "pool")
        parts.redis.delete(key)
        parts.redis.set(key, "not what it should be")
        TaskQueue("pool", connection=parts.redis).enqueue("jobs.tasks.purge")
        wait_for(lambda: any(key in kept.decode() for kept in parts.redis.keys(f"{KEPT_AS}*")))
        for queue in ("maintenance", "pool"):
            finishes(parts.redis, queue)


def test_a_worker_that_is_killed_is_replaced(parts, monkeypatch):
    monkeypatch.setenv("WORKER_PROCESSES", "2")
    with python(WORKER) as master:
        wait_for(lambda: len(children(master.pid)) == 2)
        first, second = children(master.pid)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: len(set(children(master.pid)) - {first}) == 2)
        assert second in children(master.pid)


def test_a_worker_that_hangs_is_replaced(parts, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKER_PROCESSES", "1")
    impatient = "import jobs.worker as worker; worker.HUNG_SECONDS = 5; worker.main()"
    with python(impatient, tmp_path / "log") as master:
        wait_for(lambda: JobHealth(parts.redis).processes()["worker"] == 1)
        (hung,) = children(master.pid)
        os.kill(hung, signal.SIGSTOP)
        wait_for(lambda: hung not in children(master.pid), seconds=120)
        wait_for(lambda: len(children(master.pid)) == 1)
    assert '"action": "worker_hung"' in (tmp_path / "log").read_text()


def test_workers_end_when_their_master_is_killed(parts, monkeypatch):
    monkeypatch.setenv("WORKER_PROCESSES", "2")
    with python(WORKER) as master:
        wait_for(lambda: JobHealth(parts.redis).processes()["worker"] == 2)
        workers = children(master.pid)
        try:
            os.kill(master.pid, signal.SIGKILL)
            wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
        finally:
            for pid in workers:
                if Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGKILL)
        kill(master)


def test_a_key_of_another_type_is_kept_for_operators(parts):
    parts.redis.set("rq:queue:clone", "mine")
    parts.redis.set("demo:refill:x", 1)
    parts.redis.set("another:app", 1)
    assert set_aside_unreadable(parts.redis) == ["rq:queue:clone"]
    (kept,) = parts.redis.keys(f"{KEPT_AS}*")
    assert (parts.redis.get(kept), parts.redis.ttl(kept) > 0) == (b"mine", True)
    assert JobHealth(parts.redis).incidents()["key_set_aside"] == 1


@pytest.mark.parametrize("overwrite", ["set", "rpush"])
def test_a_pool_is_filled_whatever_the_note_of_the_last_refill_has_become(parts, overwrite):
    getattr(parts.redis, overwrite)(f"demo:refill:{ACCOUNT}", "for ever")
    parts.dispatcher.refill(ACCOUNT)
    assert len(TaskQueue("pool", connection=parts.redis)) == 0
    assert tasks.cleanup()["failed_steps"] == 0
    assert TaskQueue("pool", connection=parts.redis).get_job_ids() == [f"refill-{ACCOUNT}"]


def test_cleanup_sets_aside_what_no_command_is_refused_for(parts):
    parts.redis.rpush("demo:clone-jobs:polled", "a list")
    assert tasks.cleanup()["set_aside"] == 1
    assert not parts.redis.exists("demo:clone-jobs:polled")
    assert tasks.cleanup()["set_aside"] == 0


def test_a_lock_that_never_ends_does_not_stop_the_schedule(parts):
    scheduler = DemoScheduler(parts.settings)
    parts.redis.set(scheduler.scheduler_lock_key, "for ever")
    scheduler.run(burst=True)
    scheduler.run(burst=True)
    assert parts.redis.zcard(SCHEDULE) == ENTRIES


def test_a_clone_whose_job_has_another_type_is_queued_again(parts, database):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    tenant_id = parts.sessions.awaited_tenant(session)
    key = TaskJob.key_for(f"clone-{tenant_id.hex}")
    parts.redis.delete(key)
    parts.redis.set(key, "not a hash")
    assert tasks.cleanup()["failed_steps"] == 0
    assert parts.redis.type(key) == b"hash"


@pytest.mark.parametrize(
    "poison",
    [
        lambda redis: redis.hset("{gateway:activity}:counts", "not-a-uuid", 5),
        lambda redis: redis.hset("{gateway:activity}:counts", b"\xff", "x"),
        lambda redis: redis.hset("{gateway:activity}:counts", "0" * 32, 2**62),
        lambda redis: redis.zadd("{gateway:activity}:last", {"0" * 32: 1e300}),
        lambda redis: redis.rpush("{gateway:activity}:last", "a list"),
    ],
    ids=["name", "bytes", "number", "time", "type"],
)
def test_one_poisoned_count_does_not_stop_cleanup(parts, database, poison):
    fill_pool(parts, 2)
    counted, over = (parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(2))
    database.execute("UPDATE control.demo_sessions SET expires_at = now() WHERE id = %s", [over.id])
    parts.redis.hset("{gateway:activity}:counts", str(counted.id), 3)
    parts.redis.hset("{gateway:activity}:counts", "0" * 32, 1)
    poison(parts.redis)
    report = tasks.cleanup()
    assert (report["failed_steps"], report["expired"]) == (0, 1)
    assert parts.sessions.fetch(counted.session_id).request_count == 3
    assert JobHealth(parts.redis).incidents()["activity_rejected"] == 1
    assert tasks.cleanup()["activity"] == 0


def test_a_step_that_fails_stops_no_other(parts, database, monkeypatch):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    database.execute("UPDATE control.demo_sessions SET expires_at = now()")
    database.execute("ALTER TABLE control.counted_batches RENAME TO hidden")
    parts.redis.hset("{gateway:activity}:counts", str(session.id), 3)
    report = tasks.cleanup()
    assert (report["failed_steps"], report["expired"], report["dropped"]) == (1, 1, 1)
    assert JobHealth(parts.redis).incidents()["cleanup_step_failed"] == 1
    database.execute("ALTER TABLE control.hidden RENAME TO counted_batches")
    assert tasks.cleanup()["activity"] == 1, "the counts have waited"


@pytest.fixture
def client(parts):
    """The web server's pages, without its gateway."""
    app = create_app(parts.settings)
    yield app.test_client()
    with app.app_context():
        tenant_engine().dispose()
        db.engine.dispose()


def test_ready_and_metrics_report_redis_errors(parts, client):
    seen = client.get("/ready").json["jobs"]
    assert seen == dict.fromkeys(("scheduler", "worker"), "none reported within 30 s")
    client.application.extensions.pop(READINESS)  # an answer is kept for a second
    health = JobHealth(parts.redis)
    health.report_alive("scheduler")
    health.report_alive("worker", 2)
    parts.redis.hset(PROCESSES_KEY, "worker another-host 7", f"3 {parts.redis.time()[0]}")
    parts.redis.hset(PROCESSES_KEY, "worker a-dead-host 7", f"5 {parts.redis.time()[0] - 31}")
    health.count_incident("key_set_aside")
    assert client.get("/ready").json["jobs"] == {"scheduler": "ok", "worker": "ok"}
    metrics = client.get("/metrics").text
    assert 'demo_job_processes{role="worker"} 5.0' in metrics
    assert 'demo_incidents_total{kind="key_set_aside"} 1.0' in metrics
    assert 'demo_incidents_total{kind="cleanup_step_failed"} 0.0' in metrics


def test_a_redis_that_takes_no_writes_is_not_ready(parts, client):
    with full(parts.redis):
        assert client.get("/ready").json["checks"]["redis"] == "OutOfMemoryError"


def test_what_was_counted_before_redis_is_emptied_stays_counted(parts):
    fill_pool(parts, 1)
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    parts.redis.hset("{gateway:activity}:counts", str(session.id), 3)
    tasks.cleanup()
    parts.redis.hset("{gateway:activity}:counts", str(session.id), 2)
    parts.redis.flushall()
    tasks.cleanup()
    assert parts.sessions.fetch(session.session_id).request_count == 3


def test_overwritten_progress_is_ignored(parts):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    tenant_id = parts.sessions.awaited_tenant(session)
    for value in ("garbage", "[]", '{"phase": 1}'):
        parts.redis.set(f"demo:progress:{tenant_id}", value)
        assert parts.progress.read(tenant_id).phase == "queued"
