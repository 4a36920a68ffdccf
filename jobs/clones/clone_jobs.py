"""What Redis knows of the clones that are ordered: each clone's RQ job, as seen at one moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from redis import Redis
from rq.job import Job, JobStatus

from jobs.clones.routing import QUEUE_PREFIX
from jobs.queue.task_queue import find_jobs, is_in_line

PAUSE = timedelta(minutes=2)
"""Kubernetes waits ten seconds before a Job's second pod, then twice as long, and so on."""


@dataclass(frozen=True, slots=True)
class CloneJob:
    """The RQ job of one clone, as it was when it was looked at."""

    queue: str
    status: JobStatus
    started_at: datetime | None
    is_in_line: Callable[[], bool] = field(repr=False, compare=False)
    """Asks Redis whether a job that says that it waits still stands in its queue."""

    @property
    def is_launched(self) -> bool:
        """Whether a Kubernetes Job is to do it, rather than a standing worker."""
        return self.queue.startswith(QUEUE_PREFIX)

    @property
    def is_begun(self) -> bool:
        """Whether somebody has taken it up."""
        return self.status is not JobStatus.QUEUED

    @property
    def has_failed(self) -> bool:
        """Whether the last attempt failed, and the next has not begun."""
        return self.status is JobStatus.FAILED

    def is_under_way(self, before: datetime) -> bool:
        """Whether it waits in a queue, or was taken up after `before`.

        Raises:
            RedisError: it is not known.
        """
        if not self.is_begun:
            return self.is_in_line()
        if self.started_at is None or self.status is JobStatus.FINISHED:
            return False
        if self.has_failed:
            # A worker's is tried again at once or not at all; a Job pauses before its next pod.
            return self.is_launched and self.started_at > before - PAUSE
        return self.started_at > before

    def is_running_since(self, before: datetime) -> bool:
        """Whether it was taken up before `before` and has neither succeeded nor failed."""
        if self.status is not JobStatus.STARTED:
            return False
        return self.started_at is None or self.started_at < before


def clone_job_id(tenant_id: UUID) -> str:
    """The fixed id of a tenant's clone: it is ordered once, however often it is asked for."""
    return f"clone-{tenant_id.hex}"


def fetch_clone_jobs(redis: Redis, tenant_ids: Iterable[UUID]) -> dict[UUID, CloneJob]:
    """The clones' jobs, of those tenants that have one; one question to Redis for all.

    Raises:
        RedisError: it is not known.
    """
    tenants = list(tenant_ids)
    found = find_jobs([clone_job_id(tenant_id) for tenant_id in tenants], redis)
    return {
        tenant_id: _seen(job)
        for tenant_id, job in zip(tenants, found, strict=True)
        if job is not None
    }


def _seen(job: Job) -> CloneJob:
    status = job.get_status(refresh=False)
    return CloneJob(job.origin, status, job.started_at, partial(is_in_line, job))
