"""Whoever can write to Redis can order our tasks, and nothing else."""

import inspect
import os
from pathlib import Path

import pytest
from rq import Queue
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import DefaultSerializer

from app import create_app
from app.control.models import SessionStatus
from jobs import tasks
from jobs.clone_jobs import clone_job_id
from jobs.scheduler import Timetable
from jobs.task_queue import TASKS, NotATaskError, TaskJob, TaskQueue, TaskWorker
from tests.integration.control.test_sessions import ACCOUNT, VISITOR

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

QUEUE = "clone"


class Bomb:
    """What a hostile pickle is: whoever loads it makes a directory."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return os.mkdir, (self._path,)


@pytest.fixture
def proof(tmp_path):
    """What exists if hostile code has run."""
    return tmp_path / "proof"


def pickling(parts):
    """The queue as RQ makes it by itself."""
    return Queue(QUEUE, connection=parts.redis, serializer=DefaultSerializer)


def work(parts):
    TaskWorker([QUEUE], connection=parts.redis).work(burst=True, logging_level="CRITICAL")


def failure(parts, job_id):
    return TaskJob.fetch(job_id, connection=parts.redis).latest_result().exc_string


def test_every_task_is_on_the_list_and_nothing_else(postgres):
    del postgres
    public = {
        f"{tasks.__name__}.{name}"
        for name, function in inspect.getmembers(tasks, inspect.isfunction)
        if function.__module__ == tasks.__name__ and not name.startswith("_")
    }
    assert public == TASKS


@pytest.mark.parametrize("name", ["os.mkdir", "jobs.tasks.stats.purge", "jobs.tasks._job_id", ""])
def test_a_job_that_names_something_else_fails(parts, proof, name):
    job = TaskQueue(QUEUE, connection=parts.redis).enqueue(name or "x.y", str(proof))
    work(parts)
    assert not proof.exists()
    assert NotATaskError.__name__ in failure(parts, job.id)


def test_a_pickled_job_is_not_loaded(parts, proof):
    job = pickling(parts).enqueue("jobs.tasks.cleanup", Bomb(str(proof)))
    work(parts)
    assert not proof.exists()
    assert DeserializationError.__name__ in failure(parts, job.id)


def test_what_stands_beside_a_job_is_not_loaded(parts, proof):
    (tenant_id,) = parts.pool.add_missing(ACCOUNT, 1)
    queue = pickling(parts)
    beside = {"job_id": clone_job_id(tenant_id), "meta": {"a": Bomb(str(proof))}}
    queue.enqueue("jobs.tasks.clone", str(tenant_id), **beside)
    parts.dispatcher.clone(tenant_id)
    tasks.cleanup()
    work(parts)
    assert not proof.exists()


def test_callbacks_are_not_called(parts, proof, monkeypatch):
    monkeypatch.setenv("PROOF", str(proof))
    queue = TaskQueue(QUEUE, connection=parts.redis)
    for task in ("jobs.tasks.purge", "jobs.tasks.clone"):  # the second fails
        job = queue.enqueue(task)
        for when in ("success", "failure"):
            parts.redis.hset(job.key, f"{when}_callback_name", f"{__name__}.called")
    work(parts)
    assert not proof.exists()


def called(*_):
    """What the jobs above name as their callback."""
    Path(os.environ["PROOF"]).mkdir()


def test_the_dashboard_loads_no_pickle(parts, proof):
    bomb = Bomb(str(proof))
    hostile = pickling(parts).enqueue("jobs.tasks.purge", bomb, meta={"a": bomb}, job_id="hostile")
    ours = TaskQueue(QUEUE, connection=parts.redis).enqueue("jobs.tasks.purge", job_id="ours")
    app = create_app(parts.settings.model_copy(update={"ops_password": "operators"}))

    def status(page):
        url = f"/ops/rq/0/data/{page}.json"
        return app.test_client().get(url, auth=("ops", "operators")).status_code

    assert status("queues") == status(f"job/{ours.id}") == 200
    assert status(f"jobs/{QUEUE}/queued/8/asc/1") == 200
    status(f"job/{hostile.id}")
    assert not proof.exists()


def test_a_clone_that_was_ordered_with_a_pickle_is_ordered_anew(parts):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    tenant_id = parts.sessions.awaited_tenant(session)
    job_id = clone_job_id(tenant_id)
    TaskJob.fetch(job_id, connection=parts.redis).delete()
    pickling(parts).enqueue(tasks.clone, tenant_id, job_id=job_id)
    work(parts)
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.PENDING
    tasks.cleanup()
    work(parts)
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.ACTIVE


def test_an_entry_that_was_pickled_is_replaced(parts):
    scheduler = Timetable(parts.settings)
    scheduler.install()
    pickled = Job.create("jobs.tasks.purge", connection=parts.redis, serializer=DefaultSerializer)
    parts.redis.hset(TaskJob.key_for("purge"), "data", pickled.data)
    scheduler.install()
    assert TaskJob.fetch("purge", connection=parts.redis).func is tasks.purge
    assert len(list(scheduler.get_jobs())) == 4
