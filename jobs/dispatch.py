"""Hands out work through RQ. Every job has a fixed id, so the same work is queued once."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from redis import Redis
from rq import Queue, Retry
from rq.exceptions import NoSuchJobError
from rq.job import Job

from jobs.launchers import URGENT, Launcher

POOL = "pool"
MAINTENANCE = "maintenance"
QUEUES = (URGENT, POOL, MAINTENANCE)
"""What standing workers serve, first things first: whoever waits comes before the pool."""

ATTEMPTS = 3
KEEP_RESULT_SECONDS = 300
KEEP_FAILURE_SECONDS = 86_400
REFILL_PAUSE_SECONDS = 10
"""A refill that was asked for is not asked for again so soon; one fills the whole pool."""


class RqDispatcher:
    """Puts jobs on queues. It is called after commit, and calling it twice does no harm."""

    def __init__(self, redis: Redis, launcher: Launcher, clone_timeout: int) -> None:
        self._redis = redis
        self.launcher = launcher
        self._clone_timeout = clone_timeout

    def clone(self, tenant_id: UUID, *, for_pool: bool = False) -> None:
        """Have a tenant's schema cloned, at once when somebody waits for it."""
        queue = POOL if for_pool else self.launcher.queue_of(tenant_id)
        self._enqueue(
            queue,
            "jobs.tasks.clone",
            _clone_id(tenant_id),
            tenant_id,
            retry=Retry(max=ATTEMPTS - 1),
            job_timeout=self._clone_timeout,
        )
        if not for_pool:
            self.launcher.launch(tenant_id)

    def is_clone_under_way(self, tenant_id: UUID, before: datetime) -> bool:
        """Whether the clone waits in a queue, or was taken up after `before`."""
        try:
            job = Job.fetch(_clone_id(tenant_id), connection=self._redis)
        except NoSuchJobError:
            return False
        if job.get_status() in ("queued", "scheduled", "deferred"):
            return True
        return job.started_at is not None and job.started_at > before

    def clone_again(self, tenant_id: UUID, *, for_pool: bool) -> None:
        """Have a tenant's schema cloned though a job says that somebody does: he is gone."""
        with suppress(NoSuchJobError):
            Job.fetch(_clone_id(tenant_id), connection=self._redis).delete()
        self.clone(tenant_id, for_pool=for_pool)

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
            **options,
        )
        return True

    def _is_pending(self, job_id: str) -> bool:
        try:
            job = Job.fetch(job_id, connection=self._redis)
        except NoSuchJobError:
            return False
        return job.get_status() in ("queued", "started", "scheduled", "deferred")


def _clone_id(tenant_id: UUID) -> str:
    return f"clone-{tenant_id.hex}"


def _refill_key(account_type: str) -> str:
    return f"demo:refill:{account_type}"
