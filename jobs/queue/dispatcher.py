"""Hands out work through RQ. Every job has a fixed id, so the same work is queued once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from redis import Redis
from rq import Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from app.control.queues import DROPS, POOL, QUEUE_PREFIX, RESETS, URGENT
from app.control.reset.status import ResetStatus
from app.settings.table import ConfigurationError, Settings
from jobs.kubernetes.manifest import ensure_jobs_can_be_made
from jobs.queue.job_log import meta_of_request
from jobs.queue.task_queue import TAKING, TaskJob, TaskQueue, find_job, is_in_line

KEEP_RESULT_SECONDS = 300
KEEP_FAILURE_SECONDS = 86_400
RESET_SECONDS = 15
"""A reset that takes longer is stopped, and one that its worker left is done by another."""

RESET_QUEUED_SECONDS = 60
"""A reset that no worker took for so long is dropped: its visitor has gone on working."""

JOB_SECONDS = 60
"""A job that takes longer is stopped, but for clones, which have a setting of their own."""

SCENARIO_SECONDS = 180
"""Saving compiles a plan, clones and verifies; a job that takes longer is tried again."""

REFILL_PAUSE_SECONDS = 10
"""A refill that was asked for is not asked for again so soon; one fills the whole pool."""


class CloneRouting(Protocol):
    """Which queue a clone goes to, and whether that queue needs a pod."""

    needs_pod: bool
    """True if a queue is worked on only after `jobs.kubernetes` has made a Job for it."""

    def queue_of(self, tenant_id: UUID) -> str:
        """Return the queue for a clone that a visitor waits for."""

    def batches(self, tenant_ids: Sequence[UUID]) -> list[tuple[str, Sequence[UUID]]]:
        """Return the queues for clones of the pool, each with its tenants."""


class WorkerRouting:
    """Standing workers serve two queues for all tenants."""

    needs_pod = False

    def queue_of(self, tenant_id: UUID) -> str:
        """Return the queue that standing workers serve first."""
        del tenant_id
        return URGENT

    def batches(self, tenant_ids: Sequence[UUID]) -> list[tuple[str, Sequence[UUID]]]:
        """Return one queue for all tenants."""
        return [(POOL, tenant_ids)] if tenant_ids else []


class KubernetesRouting:
    """Every Kubernetes Job has a queue; it clones one tenant or, for the pool, a batch.

    A pod takes seconds to start and a clone a tenth of one: hence batches.
    """

    needs_pod = True

    def __init__(self, batch: int) -> None:
        self._batch = batch

    def queue_of(self, tenant_id: UUID) -> str:
        """Return the tenant's own queue."""
        return f"{QUEUE_PREFIX}{tenant_id}"

    def batches(self, tenant_ids: Sequence[UUID]) -> list[tuple[str, Sequence[UUID]]]:
        """Return a queue for every batch, named after the batch's first tenant."""
        starts = range(0, len(tenant_ids), self._batch)
        batches = [tenant_ids[start : start + self._batch] for start in starts]
        return [(self.queue_of(batch[0]), batch) for batch in batches]


def make_clone_routing(settings: Settings) -> CloneRouting:
    """Return the routing that `CLONE_LAUNCHER` names.

    Raises:
        ConfigurationError: Kubernetes Jobs are asked for, and cannot be made as they are described.
    """
    if settings.clone_launcher == "worker":
        return WorkerRouting()
    if not settings.clone_job_image:
        raise ConfigurationError(
            "CLONE_LAUNCHER=kubernetes needs CLONE_JOB_IMAGE, the image that has this code."
        )
    ensure_jobs_can_be_made(settings)
    return KubernetesRouting(settings.clone_job_batch)


class RqDispatcher:
    """Puts jobs on queues. It is called after commit, and calling it twice does no harm."""

    def __init__(self, redis: Redis, routing: CloneRouting, *, timeout: int, attempts: int) -> None:
        self._redis = redis
        self._routing = routing
        self._timeout = timeout
        self._attempts = attempts

    def clone(self, tenant_id: UUID) -> None:
        """Queue the clone of a tenant that a session waits for."""
        self._clone(self._routing.queue_of(tenant_id), tenant_id)
        self._reconcile_clone_jobs()

    def clone_for_pool(self, tenant_ids: Sequence[UUID]) -> None:
        """Queue the clones of tenants that no session waits for."""
        for queue, batch in self._routing.batches(tenant_ids):
            for tenant_id in batch:
                self._clone(queue, tenant_id)
        if tenant_ids:
            self._reconcile_clone_jobs()

    def clone_again(self, tenant_id: UUID, *, queue: str) -> None:
        """Queue a clone again whose job says that it runs, though its process has exited."""
        self._forget(tenant_id)
        self._clone(queue, tenant_id)

    def clone_by_worker(self, tenant_id: UUID, *, waited: bool) -> None:
        """Queue a clone for the standing workers, wherever it was queued before."""
        self.clone_again(tenant_id, queue=URGENT if waited else POOL)

    def requeue(self, stalled: Sequence[tuple[UUID, bool]]) -> None:
        """Queue clones again that nothing works on, where such clones go.

        With each stands whether a session waits for it.
        """
        for tenant_id, _ in stalled:
            self._forget(tenant_id)
        for tenant_id, is_waited_for in stalled:
            if is_waited_for:
                self.clone(tenant_id)
        self.clone_for_pool([tenant_id for tenant_id, waited_for in stalled if not waited_for])

    def drop(self, tenant_id: UUID) -> None:
        """Queue the drop of a tenant's schema."""
        self._enqueue(DROPS, "jobs.tasks.drop", f"drop-{tenant_id.hex}", str(tenant_id))

    def work_on_scenario(self, scenario: UUID) -> None:
        """Have a scenario saved or deleted, as its row says."""
        self._enqueue(
            POOL,
            "jobs.tasks.work_on_scenario",
            f"scenario-{scenario.hex}",
            str(scenario),
            retry=Retry(max=2),
            job_timeout=SCENARIO_SECONDS,
        )

    def reset(self, session: UUID) -> None:
        """Have a session's data reset; a reset that waits or runs already is joined."""
        self._enqueue(
            RESETS,
            "jobs.tasks.reset",
            _reset_job_id(session),
            str(session),
            job_timeout=RESET_SECONDS,
            ttl=RESET_QUEUED_SECONDS,
        )

    def find_reset(self, session: UUID) -> ResetStatus | None:
        """Return how the session's last reset stands; None when nothing is known of one."""
        job = find_job(_reset_job_id(session), self._redis)
        if job is None:
            return None
        status = job.get_status(refresh=False)
        if status is JobStatus.QUEUED:
            return ResetStatus.QUEUED
        if _is_being_done(job):
            return ResetStatus.RUNNING
        if status is JobStatus.FINISHED:
            return ResetStatus(str(job.return_value()))
        return ResetStatus.FAILED

    def withdraw_reset(self, session: UUID) -> bool:
        """Take a reset that no worker has begun off its queue; return whether it was there."""
        job_id = _reset_job_id(session)
        removed = self._redis.lrem(TaskQueue(RESETS, connection=self._redis).key, 0, job_id)
        if removed:
            self._redis.delete(TaskJob.key_for(job_id))
        return bool(removed)

    def has_busy_worker(self) -> bool:
        """Tell whether a worker that serves the queue of resets is at another job.

        An idle one takes a job at once: one that does not has exited without a word.
        """
        keys = self._redis.smembers(WORKERS_BY_QUEUE_KEY % RESETS)
        with self._redis.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hget(key, "state")
            return b"busy" in pipeline.execute()

    def refill(self, account_type: str) -> None:
        """Queue a refill of a template's pool. Every creation asks for it, so it costs one call."""
        key = _refill_key(account_type)
        if not self._redis.set(key, 1, nx=True, ex=REFILL_PAUSE_SECONDS):
            return
        name = f"refill-{account_type}"
        if not self._enqueue(POOL, "jobs.tasks.refill", name, account_type):
            self._redis.delete(key)  # one is running and may have counted already: ask again

    def refill_may_be_asked_again(self, account_type: str) -> None:
        """Let the next lease ask for a refill: the one before it has begun."""
        self._redis.delete(_refill_key(account_type))

    def _forget(self, tenant_id: UUID) -> None:
        # RQ's `delete` looks for the job's executions, and those of a dead worker vanish first.
        with suppress(NoSuchJobError, ValueError):
            TaskJob.fetch(clone_task_id(tenant_id), connection=self._redis).delete()
            return
        self._redis.delete(TaskJob.key_for(clone_task_id(tenant_id)))

    def _clone(self, queue: str, tenant_id: UUID) -> None:
        # A Kubernetes Job makes its own attempts, each in a pod of its own.
        retries = 0 if queue.startswith(QUEUE_PREFIX) else self._attempts - 1
        self._enqueue(
            queue,
            "jobs.tasks.clone",
            clone_task_id(tenant_id),
            str(tenant_id),
            retry=Retry(max=retries) if retries else None,
            job_timeout=self._timeout,
        )

    def _reconcile_clone_jobs(self) -> None:
        """Have a Kubernetes Job made for new queues, where queues need one.

        One pass sees every pending clone; a pass that has begun may have looked already, so
        another one follows it.
        """
        if self._routing.needs_pod:
            for name in ("reconcile-clone-jobs", "reconcile-clone-jobs-again"):
                if self._enqueue(URGENT, "jobs.tasks.reconcile_clone_jobs", name):
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
            meta=meta_of_request(),
            **{"job_timeout": JOB_SECONDS, **options},
        )
        return True


def clone_task_id(tenant_id: UUID) -> str:
    """Return the fixed id of a tenant's clone: it is queued once, however often it is asked for."""
    return f"clone-{tenant_id.hex}"


def _is_waiting(job: Job | None) -> bool:
    """Return whether the job stands in its queue."""
    return job is not None and job.get_status(refresh=False) is JobStatus.QUEUED and is_in_line(job)


def _is_being_done(job: Job | None) -> bool:
    """Return whether a worker may do the job; none does for longer than it may take."""
    if job is None or job.get_status(refresh=False) is not JobStatus.STARTED:
        return False
    longest = timedelta(seconds=job.timeout or JOB_SECONDS) + TAKING
    return job.started_at is None or datetime.now(UTC) - job.started_at < longest


def _reset_job_id(session: UUID) -> str:
    return f"reset-{session.hex}"


def _refill_key(account_type: str) -> str:
    return f"demo:refill:{account_type}"
