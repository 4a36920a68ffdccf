"""RQ, held to our tasks: a job in Redis names one of them, and nothing else is done for it.

RQ by itself pickles jobs, runs whatever function and callbacks they name, and sends webhooks to
wherever they say: whoever writes to Redis then runs code in whoever reads a job. Ours are JSON
(`app.rq_json`) and do what `jobs.tasks` offers.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus

from app import rq_json as json_rq  # noqa: F401  (whoever imports us reads jobs)

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

TAKING = timedelta(seconds=5)
"""A worker says that he does a job well within this time after he took it."""


class NotATaskError(Exception):
    """A job names something else to do: somebody wrote it who should not write to Redis."""


class TaskJob(Job):
    """A job; its callbacks and webhooks are not looked at, since we have none."""

    @property
    def func(self) -> Any:
        """The task.

        Raises:
            NotATaskError: the job is of something else.
            DeserializationError: it is not JSON.
        """
        if self.func_name not in TASKS:
            raise NotATaskError(f"{self.func_name!r} is no task of ours")
        return super().func

    success_callback = failure_callback = stopped_callback = None

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """Send nothing anywhere."""


class TaskQueue(Queue):
    """A queue of such jobs."""

    job_class = TaskJob


class TaskWorker(SimpleWorker):
    """Does such jobs, in its own process."""

    job_class = TaskJob
    queue_class = TaskQueue


def find_job(job_id: str, redis: Redis) -> Job | None:
    """The job of this id, if RQ knows of one."""
    return find_jobs([job_id], redis)[0]


def find_jobs(job_ids: Sequence[str], redis: Redis) -> list[Job | None]:
    """The jobs of these ids, by one question; what is only half there counts as none.

    A job's hash is left half by whoever notes his progress after Redis was emptied under him.
    """
    with redis.pipeline(transaction=False) as pipeline:
        for job_id in job_ids:
            pipeline.hgetall(TaskJob.key_for(job_id))
        hashes = pipeline.execute()
    return [_read(job_id, found, redis) for job_id, found in zip(job_ids, hashes, strict=True)]


def is_in_line(job: Job) -> bool:
    """Whether a job that says that it waits does: a worker killed as he takes it leaves it so."""
    if job.enqueued_at is None or datetime.now(UTC) - job.enqueued_at < TAKING:
        return True
    queue = TaskQueue(job.origin, connection=job.connection)
    # Who finds it gone asks again: it may have been taken up since it was read.
    return queue.get_job_position(job) is not None or job.get_status() is not JobStatus.QUEUED


def _read(job_id: str, found: dict[Any, Any], redis: Redis) -> Job | None:
    job = TaskJob(job_id, redis)
    try:
        job.restore(found)
    except (NoSuchJobError, ValueError):
        return None
    return job
