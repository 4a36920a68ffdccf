"""RQ, held to our tasks: what stands in Redis is data that names one of them, and never code.

RQ by itself pickles jobs, and runs whatever function and callbacks they name: whoever writes to
Redis then runs code in whoever reads a job. Ours are JSON, and do what `jobs.tasks` offers.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

TASKS = frozenset(
    {
        "jobs.tasks.clone",
        "jobs.tasks.drop",
        "jobs.tasks.launch",
        "jobs.tasks.watch_launches",
        "jobs.tasks.refill",
        "jobs.tasks.cleanup",
        "jobs.tasks.reconcile",
        "jobs.tasks.refresh",
        "jobs.tasks.purge",
    }
)
"""What a job may be of."""

WAITING = frozenset({JobStatus.QUEUED, JobStatus.SCHEDULED, JobStatus.DEFERRED})

TAKING = timedelta(seconds=5)
"""A worker says that he does a job well within this time after he took it."""


class NotATaskError(Exception):
    """A job names something else to do: somebody wrote it who should not write to Redis."""


class TaskJob(Job):
    """A job as JSON; its callbacks are not looked at, since we have none."""

    def __init__(
        self, id: str | None = None, connection: Redis | None = None, serializer: Any = None
    ) -> None:
        del serializer  # a job of ours has one only, whoever reads it
        super().__init__(id, connection, JSONSerializer)

    @property
    def func(self) -> Any:
        """The task.

        Raises:
            NotATaskError: the job is of something else.
            DeserializationError: it is not JSON.
        """
        if self.func_name not in TASKS or self.instance is not None:
            raise NotATaskError(f"{self.func_name!r} is no task of ours")
        return super().func

    success_callback = failure_callback = stopped_callback = None


class TaskQueue(Queue):
    """A queue of such jobs."""

    job_class = TaskJob


class TaskWorker(SimpleWorker):
    """Does such jobs, in its own process: no job pays for a fork."""

    job_class = TaskJob
    queue_class = TaskQueue


def find_job(job_id: str, redis: Redis) -> Job | None:
    """The job of this id, if RQ knows of one."""
    try:
        return TaskJob.fetch(job_id, connection=redis)
    except NoSuchJobError:
        return None


def is_waiting(job: Job) -> bool:
    """Whether nobody has taken the job up, as it was when it was fetched."""
    return job.get_status(refresh=False) in WAITING


def is_in_line(job: Job) -> bool:
    """Whether a job that says that it waits does: a worker killed as he takes it leaves it so."""
    if job.get_status(refresh=False) is not JobStatus.QUEUED:
        return True  # for its time, or for another job
    if job.enqueued_at is None or datetime.now(UTC) - job.enqueued_at < TAKING:
        return True
    return TaskQueue(job.origin, connection=job.connection).get_job_position(job) is not None
