"""The RQ jobs of clones as Redis has them at one moment, and the clones that nothing works on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from redis import Redis
from rq.job import Job, JobStatus

from app.control.queues import QUEUE_PREFIX
from app.sql_blocks import load_statements
from jobs.clones.cloning import CONNECTION_NAME
from jobs.queue.dispatcher import clone_task_id
from jobs.queue.task_queue import find_jobs, is_in_line
from jobs.services import JobServices

PAUSE = timedelta(minutes=2)
"""Kubernetes waits ten seconds before a Job's second pod, then twice as long, and so on."""

GRACE_SECONDS = 10
"""A clone that was taken up so long ago has a connection by now, or nothing works on it."""

IDLE = load_statements("jobs.clones", "clone_tasks")["idle"]


@dataclass(frozen=True, slots=True)
class CloneTask:
    """The RQ job of one clone, as it was when it was read."""

    queue: str
    status: JobStatus
    started_at: datetime | None
    is_in_line: Callable[[], bool] = field(repr=False, compare=False)
    """Asks Redis whether a job that is marked as queued still stands in its queue."""

    @property
    def needs_pod(self) -> bool:
        """True if a pod of a Kubernetes Job is to do it, and no standing worker."""
        return self.queue.startswith(QUEUE_PREFIX)

    @property
    def is_begun(self) -> bool:
        """True if a worker or pod has taken it up."""
        return self.status is not JobStatus.QUEUED

    @property
    def has_failed(self) -> bool:
        """True if the last attempt failed, and the next has not begun."""
        return self.status is JobStatus.FAILED

    def is_under_way(self, before: datetime) -> bool:
        """Return whether it waits in a queue, or was taken up after `before`.

        Raises:
            RedisError: it is not known.
        """
        if not self.is_begun:
            return self.is_in_line()
        if self.started_at is None or self.status is JobStatus.FINISHED:
            return False
        if self.has_failed:
            # A worker's is tried again at once or not at all; a Job pauses before its next pod.
            return self.needs_pod and self.started_at > before - PAUSE
        return self.started_at > before

    def is_running_since(self, before: datetime) -> bool:
        """Return whether it was taken up before `before` and has neither succeeded nor failed."""
        if self.status is not JobStatus.STARTED:
            return False
        return self.started_at is None or self.started_at < before


def fetch_clone_tasks(redis: Redis, tenant_ids: Iterable[UUID]) -> dict[UUID, CloneTask]:
    """Return the jobs of tenants' clones, of those that have one, by one question to Redis.

    Raises:
        RedisError: it is not known.
    """
    tenants = list(tenant_ids)
    found = find_jobs([clone_task_id(tenant_id) for tenant_id in tenants], redis)
    return {
        tenant_id: _clone_task(job)
        for tenant_id, job in zip(tenants, found, strict=True)
        if job is not None
    }


def _clone_task(job: Job) -> CloneTask:
    status = job.get_status(refresh=False)
    return CloneTask(job.origin, status, job.started_at, partial(is_in_line, job))


def find_stalled(services: JobServices) -> list[tuple[UUID, bool]]:
    """Return clones that nothing works on or will, and whether a session waits for each.

    Raises:
        RedisError: it is not known what the jobs say.
    """
    before = datetime.now(UTC) - timedelta(seconds=GRACE_SECONDS)
    idle = fetch_idle(services)
    tasks = fetch_clone_tasks(services.redis, [tenant_id for tenant_id, _ in idle])
    return [
        (tenant_id, is_waited_for)
        for tenant_id, is_waited_for in idle
        if (task := tasks.get(tenant_id)) is None or not task.is_under_way(before)
    ]


def fetch_idle(services: JobServices) -> list[tuple[UUID, bool]]:
    """Return tenants whose clone has no connection now, and whether a session waits for each."""
    with services.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(IDLE, {"name": CONNECTION_NAME})]


def requeue_stalled_clones(services: JobServices) -> None:
    """Queue clones again that nothing works on. Redis errors pass."""
    services.dispatcher.requeue(find_stalled(services))
