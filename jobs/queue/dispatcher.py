"""Hands out work through RQ. Every job has a fixed id, so the same work is queued once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis import Redis
from rq import Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus

from jobs.clones.clone_jobs import clone_job_id
from jobs.clones.routing import POOL, QUEUE_PREFIX, URGENT, CloneRouting
from jobs.queue.task_queue import TAKING, TaskJob, TaskQueue, find_job, is_in_line

MAINTENANCE = "maintenance"
QUEUES = (URGENT, POOL, MAINTENANCE)
"""What standing workers serve, first things first: whoever waits comes before the pool."""

KEEP_RESULT_SECONDS = 300
KEEP_FAILURE_SECONDS = 86_400
JOB_SECONDS = 60
"""A job that takes longer is stopped, but for clones, which have a setting of their own."""

REFILL_PAUSE_SECONDS = 10
"""A refill that was asked for is not asked for again so soon; one fills the whole pool."""


class RqDispatcher:
    """Puts jobs on queues. It is called after commit, and calling it twice does no harm."""

    def __init__(
        self, redis: Redis, launcher: CloneRouting, *, timeout: int, attempts: int
    ) -> None:
        self._redis = redis
        self._launcher = launcher
        self._timeout = timeout
        self._attempts = attempts

    def clone(self, tenant_id: UUID) -> None:
        """Have a tenant's schema cloned for a session that waits for it."""
        self._clone(self._launcher.queue_of(tenant_id), tenant_id)
        self._launch()

    def clone_for_pool(self, tenant_ids: Sequence[UUID]) -> None:
        """Have tenants' schemas cloned that nobody waits for."""
        for queue, batch in self._launcher.batches(tenant_ids):
            for tenant_id in batch:
                self._clone(queue, tenant_id)
        if tenant_ids:
            self._launch()

    def clone_again(self, tenant_id: UUID, *, queue: str) -> None:
        """Have a tenant's schema cloned though a job says that somebody does: he is gone."""
        self._forget(tenant_id)
        self._clone(queue, tenant_id)

    def clone_by_worker(self, tenant_id: UUID, *, waited: bool) -> None:
        """Have the standing workers clone it, whoever was to do it before."""
        self.clone_again(tenant_id, queue=URGENT if waited else POOL)

    def requeue(self, lost: Sequence[tuple[UUID, bool]]) -> None:
        """Have tenants cloned where such clones are made: nobody works on the jobs that there are.

        With each stands whether a session waits for it.
        """
        for tenant_id, _ in lost:
            self._forget(tenant_id)
        for tenant_id, is_waited_for in lost:
            if is_waited_for:
                self.clone(tenant_id)
        self.clone_for_pool([tenant_id for tenant_id, is_waited_for in lost if not is_waited_for])

    def drop(self, tenant_id: UUID) -> None:
        """Have a tenant's schema dropped."""
        self._enqueue(MAINTENANCE, "jobs.tasks.drop", f"drop-{tenant_id.hex}", str(tenant_id))

    def refill(self, account_type: str) -> None:
        """Have the pool of a template filled. Asked for by every creation, so it costs one call."""
        key = _refill_key(account_type)
        if not self._redis.set(key, 1, nx=True, ex=REFILL_PAUSE_SECONDS):
            return
        name = f"refill-{account_type}"
        if not self._enqueue(POOL, "jobs.tasks.refill", name, account_type):
            self._redis.delete(key)  # one is running and may have counted already: ask again

    def refill_may_be_asked_again(self, account_type: str) -> None:
        """The refill has begun: what is taken from now on needs another one."""
        self._redis.delete(_refill_key(account_type))

    def _forget(self, tenant_id: UUID) -> None:
        # RQ's `delete` looks for the job's executions, and those of a dead worker vanish first.
        with suppress(NoSuchJobError, ValueError):
            TaskJob.fetch(clone_job_id(tenant_id), connection=self._redis).delete()
            return
        self._redis.delete(TaskJob.key_for(clone_job_id(tenant_id)))

    def _clone(self, queue: str, tenant_id: UUID) -> None:
        # A launched Job makes its own attempts, each in a pod of its own.
        retries = 0 if queue.startswith(QUEUE_PREFIX) else self._attempts - 1
        self._enqueue(
            queue,
            "jobs.tasks.clone",
            clone_job_id(tenant_id),
            str(tenant_id),
            retry=Retry(max=retries) if retries else None,
            job_timeout=self._timeout,
        )

    def _launch(self) -> None:
        """Have somebody started for new queues, where that is how it is done.

        One pass sees every order; a pass that has begun may have looked already, so another one
        follows it.
        """
        if self._launcher.launches:
            for name in ("launch", "launch-again"):
                if self._enqueue(URGENT, "jobs.tasks.launch", name):
                    return
                if _is_waiting(find_job(name, self._redis)):
                    return

    def _enqueue(self, queue: str, function: str, job_id: str, *args: Any, **options: Any) -> bool:
        """Queue a job unless it waits or runs already; one that has ended may run again."""
        known = find_job(job_id, self._redis)
        if _is_waiting(known) or _is_being_done(known):
            return False
        TaskQueue(queue, connection=self._redis).enqueue(
            function,
            *args,
            job_id=job_id,
            result_ttl=KEEP_RESULT_SECONDS,
            failure_ttl=KEEP_FAILURE_SECONDS,
            **{"job_timeout": JOB_SECONDS, **options},
        )
        return True


def _is_waiting(job: Job | None) -> bool:
    """Whether the job stands in line."""
    return job is not None and job.get_status(refresh=False) is JobStatus.QUEUED and is_in_line(job)


def _is_being_done(job: Job | None) -> bool:
    """Whether somebody does the job: nobody does for longer than it may take."""
    if job is None or job.get_status(refresh=False) is not JobStatus.STARTED:
        return False
    longest = timedelta(seconds=job.timeout or JOB_SECONDS) + TAKING
    return job.started_at is None or datetime.now(UTC) - job.started_at < longest


def _refill_key(account_type: str) -> str:
    return f"demo:refill:{account_type}"
