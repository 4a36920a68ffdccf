"""A pod works through its queue, and its exit code says how that ended."""

import json
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest
from rq import Worker

from jobs.clone_pod import DONE, UNFINISHED
from jobs.clones.cloning import CONNECTION_NAME
from jobs.kubernetes.job_queues import JobQueues
from jobs.queue.task_queue import TaskJob, TaskQueue
from tests.integration.control.conftest import ACCOUNT, TEMPLATE, differences, tenant_states
from tests.integration.control.processes import (
    ROOT,
    kill,
    python,
    wait_for,
    wait_until_gone,
    wait_until_stuck,
)
from tests.integration.control.steps import VISITOR
from tests.integration.kubernetes.steps import locked_template, order_batch

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def run_pod(queue):
    return subprocess.run(
        [sys.executable, "-m", "jobs.clone_pod", queue],
        cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def pod_of(queue):
    return python(f"import sys; from jobs.clone_pod import main; sys.exit(main([{queue!r}]))")


def asked_to_stop(parts, queue):
    """Return True if the pod's worker is to stop after its current job."""
    workers = Worker.all(queue=TaskQueue(queue, connection=parts.redis))
    return any(worker.shutdown_requested_date for worker in workers)


def rq_keys(parts, queue):
    return [key for key in parts.redis.scan_iter(match="rq:*") if queue in key.decode()]


def test_a_pod_clones_what_a_session_waits_for_and_leaves_no_queue(parts, database):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    tenant_id = parts.sessions.awaited_tenant(session)
    ran = run_pod(f"clone-{tenant_id}")
    assert ran.returncode == DONE, ran.stderr
    ready = parts.sessions.fetch(session.session_id)
    assert ready.tenant_id == tenant_id
    assert differences(database, f"demo_{tenant_id.hex}") == []
    assert rq_keys(parts, f"clone-{tenant_id}") == []
    job = TaskJob.fetch(f"clone-{tenant_id.hex}", connection=parts.redis)
    assert job.meta["progress"]["percent"] > 0
    (line,) = [
        entry
        for entry in map(json.loads, ran.stderr.splitlines())
        if entry.get("action") == "tenant_cloned"
    ]
    assert line["session"] == str(session.id)
    assert line["tenant"] == str(tenant_id)
    assert line["job"] == job.id


def test_one_pod_clones_a_batch(parts):
    _, queue = order_batch(parts, 4)
    assert run_pod(queue).returncode == DONE
    assert len(tenant_states_of(parts)) == 4
    assert JobQueues(parts.redis).names() == set()


def tenant_states_of(parts):
    with parts.engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT id FROM control.tenants WHERE is_demo AND state = 'ready'"
        ).all()


def test_the_exit_code_reports_a_failure_until_the_last_attempt(parts, database):
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    _, queue = order_batch(parts, 1)
    codes, states = [], []
    for _ in range(parts.settings.clone_attempts):
        codes.append(run_pod(queue).returncode)
        states += tenant_states(database)
    assert codes == [UNFINISHED] * 3
    assert states == ["cloning", "cloning", "failed"]


def test_a_failed_job_is_kept_when_its_queue_is_removed(parts, database):
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    (tenant_id,), queue = order_batch(parts, 1)
    run_pod(queue)
    JobQueues(parts.redis).forget(queue)
    assert rq_keys(parts, queue) == []
    seen = TaskQueue("clone", connection=parts.redis).failed_job_registry.get_job_ids()
    assert seen == [f"clone-{tenant_id.hex}"]


def test_the_next_pod_runs_the_tasks_that_a_failed_one_left(parts, database):
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    _, queue = order_batch(parts, 2)
    assert run_pod(queue).returncode == UNFINISHED
    database.execute(f"ALTER SCHEMA hidden RENAME TO {TEMPLATE}")
    assert run_pod(queue).returncode == DONE
    assert tenant_states(database) == ["ready", "ready"]


def test_the_next_pod_runs_the_task_of_a_killed_one(parts, database, database_url):
    _, queue = order_batch(parts, 2)
    with locked_template(database_url), pod_of(queue) as pod:
        wait_until_stuck(database, CONNECTION_NAME)
        kill(pod)
    wait_until_gone(database, CONNECTION_NAME)
    assert run_pod(queue).returncode == DONE
    assert tenant_states(database) == ["ready", "ready"]
    assert rq_keys(parts, queue) == []


def test_a_stopped_pod_finishes_its_clone_and_exits_with_1(parts, database, database_url):
    _, queue = order_batch(parts, 3)
    with ExitStack() as stack:
        lock = stack.enter_context(ExitStack())
        lock.enter_context(locked_template(database_url))
        pod = stack.enter_context(pod_of(queue))
        wait_until_stuck(database, CONNECTION_NAME)
        pod.send_signal(signal.SIGTERM)
        wait_for(lambda: asked_to_stop(parts, queue))
        lock.close()
        assert pod.wait(90) == UNFINISHED
    assert sorted(tenant_states(database)) == ["cloning", "cloning", "ready"]
    assert run_pod(queue).returncode == DONE
    assert tenant_states(database) == ["ready"] * 3


def test_a_pod_that_comes_late_finds_nothing_to_do(parts, database):
    _, queue = order_batch(parts, 1)
    assert [run_pod(queue).returncode for _ in range(2)] == [DONE, DONE]
    assert tenant_states(database) == ["ready"]


def test_without_redis_the_pod_exits_to_be_retried(parts, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    ran = run_pod("clone-00000000-0000-0000-0000-000000000000")
    assert ran.returncode == UNFINISHED
    assert json.loads(ran.stderr.splitlines()[-1])["action"] == "redis_failed"
