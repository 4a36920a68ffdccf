"""With write access to Redis one can queue our tasks, and nothing else."""

import inspect
import json
import os
import pickle
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from rq.exceptions import DeserializationError

from app import create_app
from app.control.models import SessionStatus
from jobs import tasks
from jobs.clones.clone_tasks import clone_task_id
from jobs.queue.task_queue import TASKS, NotATaskError, TaskJob, TaskWorker
from jobs.scheduler import DemoScheduler
from tests.integration.control.conftest import ACCOUNT
from tests.integration.control.processes import ROOT, python, wait_for
from tests.integration.control.steps import VISITOR

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

QUEUE = "clone"
NOW = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Bomb:
    """A hostile pickle: loading it makes a directory."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return os.mkdir, (str(self._path),)


@pytest.fixture
def proof(tmp_path):
    """A path that exists if hostile code has run."""
    return tmp_path / "proof"


def called(*_):
    """The function that hostile jobs name."""
    Path(os.environ["PROOF"]).mkdir()


def write_job(parts, job_id, *, queue=QUEUE, data=None, **fields):
    """Write a job by hand, as an attacker does."""
    fields = {"origin": queue, "status": "queued", "created_at": NOW, "enqueued_at": NOW} | fields
    parts.redis.hset(TaskJob.key_for(job_id), mapping={"data": data or "x"} | fields)
    return job_id


def push_job(parts, job_id, *, queue=QUEUE, **fields):
    """Write a job and push it to its queue."""
    parts.redis.sadd("rq:queues", f"rq:queue:{queue}")
    parts.redis.rpush(f"rq:queue:{queue}", write_job(parts, job_id, queue=queue, **fields))
    return job_id


def call(function, *arguments):
    return json.dumps([function, None, arguments, {}])


def work(parts):
    TaskWorker([QUEUE], connection=parts.redis).work(burst=True, logging_level="CRITICAL")


def failure(parts, job_id):
    return TaskJob.fetch(job_id, connection=parts.redis).latest_result().exc_string


def plant(parts, proof, queue):
    """Every place from which RQ reads something that it would unpickle, call or import."""
    bomb = pickle.dumps(Bomb(proof))
    callbacks = {
        f"{when}_callback_name": f"{__name__}.called" for when in ("success", "failure", "stopped")
    }
    hostile = {"queue": queue, "meta": bomb, "result": bomb, **callbacks}
    push_job(parts, "pickled", data=bomb, **hostile)
    push_job(parts, "foreign", data=call(f"{__name__}.called"), **hostile)
    push_job(parts, "ours", data=call("jobs.tasks.drop", "0" * 32), **hostile)
    for registry in ("failed", "finished", "deferred", "scheduled", "canceled"):
        parts.redis.zadd(f"rq:{registry}:{queue}", {write_job(parts, registry, **hostile): 1})
    write_job(parts, "taken", **{**hostile, "status": "started"})
    parts.redis.zadd(f"rq:wip:{queue}", {"taken:execution": 1})
    for parent in ("pickled", "ours", "taken", "failed"):
        after = {"status": "deferred", "dependency_ids": json.dumps([parent])}
        child = write_job(parts, f"after-{parent}", **{**hostile, **after})
        parts.redis.sadd(f"rq:job:{parent}:dependents", child)


def run_worker(parts, queue):
    del queue
    with python("from jobs.worker import main; main()") as worker:
        wait_for(lambda: not parts.redis.exists("rq:queue:maintenance", "rq:wip:maintenance"))
        worker.terminate()
        worker.wait(90)


def run_pod(parts, queue):
    del parts
    command = [sys.executable, "-m", "jobs.clone_pod", queue]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=240)


def run_scheduler(parts, queue):
    entries = "rq:scheduler:scheduled_jobs"
    meta = json.dumps({"queue_class_name": f"{__name__}.called", "interval": 30})
    write_job(parts, "cleanup", queue=queue, data=call("jobs.tasks.cleanup"), meta=meta)
    scheduler = DemoScheduler(parts.settings)
    # As if they had come just now, first what it stumbles over.
    scheduler._is_installed, scheduler._size = True, 1
    parts.redis.zadd(entries, {"pickled": 1})
    with pytest.raises(DeserializationError):
        scheduler.enqueue_jobs()
    parts.redis.delete(entries)
    scheduler._size = 3
    parts.redis.zadd(entries, {"foreign": 1, "ours": 1, "cleanup": 1})
    scheduler.enqueue_jobs()
    scheduler.install()
    scheduler.enqueue_jobs()


def run_dashboard(parts, queue):
    parts.redis.sadd("rq:workers", "rq:worker:w")
    about = {"queues": queue, "state": "busy", "current_job": "ours", "last_heartbeat": NOW}
    parts.redis.hset("rq:worker:w", mapping=about | {"birth": NOW})
    parts.redis.sadd("rq:worker:w:executions", "ours:execution")
    execution = {"job_id": "ours", "created_at": 1, "last_heartbeat": 1}
    parts.redis.hset("rq:execution:ours:execution", mapping=execution)
    look = dashboard(parts)
    for registry in ("queued", "failed", "finished", "deferred", "scheduled", "canceled"):
        look(f"data/jobs/{queue}/{registry}/8/asc/1.json")
    for page in ("view/workers", "data/workers.json", "data/queues.json"):
        look(page)
    for job_id in ("pickled", "ours", "failed"):
        look(f"view/job/{job_id}")
        look(f"data/job/{job_id}.json")


def dashboard(parts):
    """Return a function that requests a page of the dashboard."""
    app = create_app(parts.settings.model_copy(update={"ops_password": "operators"}))
    client = app.test_client()
    return lambda page: client.get(f"/ops/rq/0/{page}", auth=("ops", "operators"))


READERS = {
    "worker": (run_worker, "maintenance"),
    "pod": (run_pod, "clone-0d4c5f2e-26d6-4a9f-8e7e-4f5f8a2b9c1d"),
    "scheduler": (run_scheduler, "maintenance"),
    "dashboard": (run_dashboard, "maintenance"),
}


@pytest.mark.parametrize("reader", READERS)
def test_nothing_in_redis_is_run_as_code(parts, proof, monkeypatch, reader):
    monkeypatch.setenv("PROOF", str(proof))
    monkeypatch.setenv("WORKER_PROCESSES", "1")
    run, queue = READERS[reader]
    plant(parts, proof, queue)
    run(parts, queue)
    assert not proof.exists()


def test_every_task_is_on_the_list_and_nothing_else(postgres):
    del postgres
    public = {
        f"{tasks.__name__}.{name}"
        for name, function in inspect.getmembers(tasks, inspect.isfunction)
        if function.__module__ == tasks.__name__ and not name.startswith("_")
    }
    assert public == TASKS


@pytest.mark.parametrize("name", ["os.mkdir", "jobs.tasks.statistics.purge", "jobs.tasks._job_id"])
def test_a_job_that_names_something_else_fails(parts, proof, name):
    push_job(parts, "foreign", data=call(name, str(proof)))
    work(parts)
    assert not proof.exists()
    assert NotATaskError.__name__ in failure(parts, "foreign")


def test_a_pickled_job_fails(parts, proof):
    push_job(parts, "pickled", data=pickle.dumps(("jobs.tasks.cleanup", None, Bomb(proof), {})))
    work(parts)
    assert not proof.exists()
    assert DeserializationError.__name__ in failure(parts, "pickled")


@contextmanager
def listener():
    """A server, and the paths that were asked for."""
    asked = []

    class Note(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Note) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/told", asked
        server.shutdown()
        thread.join()


def test_a_job_calls_no_webhook(parts):
    with listener() as (url, asked):
        hooks = json.dumps([{"url": url, "job_status": end} for end in ("failed", "finished")])
        push_job(parts, "fails", data=call("os.getcwd"), webhooks=hooks)
        push_job(parts, "succeeds", data=call("jobs.tasks.purge"), webhooks=hooks)
        work(parts)
    assert TaskJob.fetch("succeeds", connection=parts.redis).is_finished
    assert asked == []


def test_the_dashboard_escapes_what_it_shows(parts):
    mark = '<img src=x onerror=alert(1)>"'
    queue = f"queue-{mark}"
    fields = {"description": mark, "meta": json.dumps({"a": mark}), "result": json.dumps(mark)}
    push_job(parts, "marked", queue=queue, data=call("jobs.tasks.purge"), **fields)
    push_job(parts, "plain", data=call("jobs.tasks.purge"), description="jobs.tasks.purge('a')")
    look = dashboard(parts)
    for page in ("data/queues.json", "data/job/marked.json"):
        answer = look(page)
        assert (answer.status_code, "&lt;img" in answer.text) == (200, True)
        assert "<" not in answer.text
    (row,) = look(f"data/jobs/{QUEUE}/queued/8/asc/1.json").json["jobs"]
    assert row["description"] == "jobs.tasks.purge('a')", "this page escapes it itself"


def test_a_clone_that_was_queued_with_a_pickle_is_queued_again(parts):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    job_id = clone_task_id(parts.sessions.awaited_tenant(session))
    parts.redis.hset(TaskJob.key_for(job_id), "data", pickle.dumps(("jobs.tasks.clone",)))
    work(parts)
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.PENDING
    tasks.cleanup()
    work(parts)
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.ACTIVE


def test_an_incomplete_job_is_queued_again(parts):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    key = TaskJob.key_for(clone_task_id(parts.sessions.awaited_tenant(session)))
    parts.redis.flushall()
    parts.redis.hset(key, "meta", '{"progress": null}')  # as a report of progress leaves it
    tasks.cleanup()
    work(parts)
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.ACTIVE


DAMAGES = {
    "pickled": {"data": pickle.dumps(("jobs.tasks.purge",))},
    "no status": {"status": "bogus"},
    "a list beside it": {"meta": "[]"},
    "arguments": {"data": call("jobs.tasks.purge", 1, 2)},
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_scheduled_job_that_is_damaged_is_replaced(parts, damage):
    DemoScheduler(parts.settings).install()
    parts.redis.hset(TaskJob.key_for("purge"), mapping=DAMAGES[damage])
    parts.redis.zadd("rq:scheduler:scheduled_jobs", {b"\xff\xfe": 1})
    scheduler = DemoScheduler(parts.settings)
    scheduler.enqueue_jobs()
    purge = TaskJob.fetch("purge", connection=parts.redis)
    assert (purge.func, list(purge.args)) == (tasks.purge, [])
    assert (
        len(list(scheduler.get_jobs()))
        == len(parts.redis.zrange("rq:scheduler:scheduled_jobs", 0, -1))
        == 8
    )
