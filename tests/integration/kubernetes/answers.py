"""An API that answers what it is told to, and what is to be seen of clones meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from app.control.sessions.session_view import Visitor
from jobs.clones.clone_tasks import clone_task_id
from jobs.kubernetes.job_status import CloneJobState, CloneJobStatus
from jobs.kubernetes.manifest import QUEUE
from jobs.queue.task_queue import TaskJob
from tests.integration.control.conftest import ACCOUNT


class Answers:
    """An API with prepared answers that does nothing.

    `created` is what it says of a new Job; an error is raised instead.
    """

    def __init__(self, *job_statuses, meanwhile=lambda: None, created=True, deleted=None):
        self._job_statuses = job_statuses
        self._meanwhile = meanwhile
        self._created, self._deleted = created, deleted
        self.asked = []

    def clone_jobs(self):
        self._meanwhile()
        return list(self._job_statuses)

    def create(self, manifest):
        self.asked.append(manifest["metadata"]["annotations"][QUEUE])
        if isinstance(self._created, Exception):
            raise self._created
        return self._created

    def delete(self, name):
        self.asked.append(name)
        if self._deleted is not None:
            raise self._deleted


@pytest.fixture
def answer(monkeypatch):
    """Have the API answer so."""
    return lambda api: monkeypatch.setattr("jobs.kubernetes.reconciler.open_cluster", lambda _: api)


@pytest.fixture
def tenant_id(parts):
    """A tenant that a session waits for."""
    session = parts.sessions.open(ACCOUNT, Visitor("192.0.2.7", "test")).session
    return parts.sessions.awaited_tenant(session)


def is_taken(parts, tenant_id, *, seconds_ago=0, status="started", queue=None):
    """Leave the traces of a pod that has begun the clone."""
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    queue = queue or f"clone-{tenant_id}"
    parts.redis.lrem(f"rq:queue:{queue}", 0, clone_task_id(tenant_id))
    about = {"status": status, "started_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    parts.redis.hset(TaskJob.key_for(clone_task_id(tenant_id)), mapping=about)


def job_status_of(tenant_id, state=CloneJobState.RUNNING, name="job", **values):
    return CloneJobStatus(name, f"clone-{tenant_id}", (tenant_id,), state, "for a reason", **values)


def trouble_and_phase(parts, tenant_id):
    """Return a clone's trouble, as operators see it, and the phase that its visitor sees."""
    with parts.engine.connect() as connection:
        trouble = connection.exec_driver_sql(
            "SELECT trouble FROM control.tenants WHERE id = %s", (tenant_id,)
        ).scalar_one()
    return trouble, parts.progress.read(tenant_id).phase
