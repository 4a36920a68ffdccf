"""Hands out work through RQ. Every job has a fixed id, so the same work is queued once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis import Redis
from rq import Queue, Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job

from jobs.launchers import POOL, QUEUE_PREFIX, URGENT, Launcher

MAINTENANCE = "maintenance"
QUEUES = (URGENT, POOL, MAINTENANCE)
"""What standing workers serve, first things first: whoever waits comes before the pool."""

WAITING = ("queued", "scheduled", "deferred")
KEEP_RESULT_SECONDS = 300
KEEP_FAILURE_SECONDS = 86_400
JOB_SECONDS = 60
"""A job that takes longer is stopped, but for clones, which have a setting of their own."""

TAKING_SECONDS = 5
"""A worker says that he does a job well within this time after he took it."""

PAUSE = timedelta(minutes=2)
"""Kubernetes waits ten seconds before a Job's second pod, then twice as long, and so on."""

REFILL_PAUSE_SECONDS = 10
"""A refill that was asked for is not asked for again so soon; one fills the whole pool."""


class RqDispatcher:
    """Puts jobs on queues. It is called after commit, and calling it twice does no harm."""

    def __init__(self, redis: Redis, launcher: Launcher, *, timeout: int, attempts: int) -> None:
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

    def clone_anew(self, waited: Sequence[UUID], pooled: Sequence[UUID]) -> None:
        """Have them cloned where such clones are made: nobody works on the jobs that there are."""
        for tenant_id in (*waited, *pooled):
            self._forget(tenant_id)
        for tenant_id in waited:
            self.clone(tenant_id)
        self.clone_for_pool(pooled)

    def is_clone_under_way(self, tenant_id: UUID, before: datetime) -> bool:
        """Whether the clone waits in a queue, or was taken up after `before`."""
        job = self._clone_job(tenant_id)
        if job is None or job.get_status() in WAITING:
            return job is not None and self._is_in_line(job)
        if job.started_at is None or job.get_status(refresh=False) == "finished":
            return False
        if job.get_status(refresh=False) == "failed":
            # A worker's is tried again at once or not at all; a Job pauses before its next pod.
            return job.origin.startswith(QUEUE_PREFIX) and job.started_at > before - PAUSE
        return job.started_at > before

    def is_clone_begun(self, tenant_id: UUID) -> bool:
        """Whether somebody has taken the clone's job up."""
        job = self._clone_job(tenant_id)
        return job is not None and job.get_status() not in WAITING

    def is_clone_lost(self, tenant_id: UUID, before: datetime) -> bool:
        """Whether the clone was taken up before `before` and has neither succeeded nor failed."""
        job = self._clone_job(tenant_id)
        if job is None or job.get_status() != "started":
            return False
        return job.started_at is None or job.started_at < before

    def is_clone_failed(self, tenant_id: UUID) -> bool:
        """Whether the clone's last attempt failed, and the next has not begun."""
        job = self._clone_job(tenant_id)
        return job is not None and job.get_status() == "failed"

    def queue_of_clone(self, tenant_id: UUID) -> str | None:
        """The queue that the clone's job is of, if there is a job."""
        job = self._clone_job(tenant_id)
        return None if job is None else job.origin

    def drop(self, tenant_id: UUID) -> None:
        """Have a tenant's schema dropped."""
        self._enqueue(MAINTENANCE, "jobs.tasks.drop", f"drop-{tenant_id.hex}", tenant_id)

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
            Job.fetch(_clone_id(tenant_id), connection=self._redis).delete()
            return
        self._redis.delete(Job.key_for(_clone_id(tenant_id)))

    def _clone(self, queue: str, tenant_id: UUID) -> None:
        # A launched Job makes its own attempts, each in a pod of its own.
        retries = 0 if queue.startswith(QUEUE_PREFIX) else self._attempts - 1
        self._enqueue(
            queue,
            "jobs.tasks.clone",
            _clone_id(tenant_id),
            tenant_id,
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
                if self._enqueue(URGENT, "jobs.tasks.launch", name) or self._is_waiting(name):
                    return

    def _enqueue(self, queue: str, function: str, job_id: str, *args: Any, **options: Any) -> bool:
        """Queue a job unless it waits or runs already; one that has ended may run again."""
        if self._is_pending(job_id):
            return False
        Queue(queue, connection=self._redis).enqueue(
            function,
            *args,
            job_id=job_id,
            result_ttl=KEEP_RESULT_SECONDS,
            failure_ttl=KEEP_FAILURE_SECONDS,
            **{"job_timeout": JOB_SECONDS, **options},
        )
        return True

    def _is_pending(self, job_id: str) -> bool:
        """Whether the job waits, or somebody does it: nobody does for longer than it may take."""
        job = self._fetch(job_id)
        if job is None or job.get_status() in WAITING:
            return job is not None and self._is_in_line(job)
        longest = timedelta(seconds=(job.timeout or JOB_SECONDS) + TAKING_SECONDS)
        return job.get_status() == "started" and (
            job.started_at is None or datetime.now(UTC) - job.started_at < longest
        )

    def _is_waiting(self, job_id: str) -> bool:
        job = self._fetch(job_id)
        return job is not None and job.get_status() in WAITING and self._is_in_line(job)

    def _is_in_line(self, job: Job) -> bool:
        """Whether a job that says so waits: a worker that is killed as it takes it leaves it so."""
        if job.get_status(refresh=False) != "queued":
            return True  # for its time, or for another job
        queued = job.enqueued_at
        if queued is None or datetime.now(UTC) - queued < timedelta(seconds=TAKING_SECONDS):
            return True
        return Queue(job.origin, connection=self._redis).get_job_position(job) is not None

    def _clone_job(self, tenant_id: UUID) -> Job | None:
        return self._fetch(_clone_id(tenant_id))

    def _fetch(self, job_id: str) -> Job | None:
        try:
            return Job.fetch(job_id, connection=self._redis)
        except NoSuchJobError:
            return None


def _clone_id(tenant_id: UUID) -> str:
    return f"clone-{tenant_id.hex}"


def _refill_key(account_type: str) -> str:
    return f"demo:refill:{account_type}"
