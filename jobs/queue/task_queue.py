"""RQ, held to our tasks: a job in Redis names one of them, and nothing else is done for it.

RQ by itself pickles jobs, runs the function and callbacks that they name, and sends webhooks to
where they say: write access to Redis is then the right to run code in every worker. Ours are JSON
(`app.rq_json`) and do what `jobs.tasks` offers.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.utils import import_attribute

from app import rq_json as json_rq  # noqa: F401  (every process that imports us reads jobs)
from jobs.queue.job_log import job_logged
from jobs.queue.task_names import FORMER_TASKS as FORMER_TASKS
from jobs.queue.task_names import TASKS as TASKS
from jobs.queue.unreadable_keys import is_wrong_type, set_aside

TAKING = timedelta(seconds=5)
"""A worker notes that it does a job well within this time after it took it."""


class NotATaskError(Exception):
    """A job names another function: it was not written by this system."""


class TaskJob(Job):
    """A job; its callbacks and webhooks are not looked at, since we have none."""

    @property
    def func(self) -> Any:
        """The task.

        Raises:
            NotATaskError: the job is of something else.
            DeserializationError: it is not JSON.
        """
        given = str(self.func_name)
        name = FORMER_TASKS.get(given, given)
        if name not in TASKS:
            raise NotATaskError(f"{given!r} is no task of ours")
        return import_attribute(name)

    def perform(self) -> Any:
        """Do the task, as one line of the log."""
        with job_logged(self.id, str(self.func_name), self.meta):
            return super().perform()

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
    """Return the job of this id, if RQ knows of one."""
    return find_jobs([job_id], redis)[0]


def find_jobs(job_ids: Sequence[str], redis: Redis) -> list[Job | None]:
    """Return the jobs of these ids, by one question; what cannot be read counts as none.

    A job's hash is half there when progress was noted after Redis was emptied. A key of another
    type is set aside.

    Raises:
        RedisError: it is not known.
    """
    keys = [TaskJob.key_for(job_id) for job_id in job_ids]
    with redis.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.hgetall(key)
        hashes = pipeline.execute(raise_on_error=False)
    for key, found in zip(keys, hashes, strict=True):
        if isinstance(found, ResponseError) and is_wrong_type(found):
            set_aside(redis, key)
        elif isinstance(found, Exception):
            raise found
    return [_read(job_id, found, redis) for job_id, found in zip(job_ids, hashes, strict=True)]


def is_in_line(job: Job) -> bool:
    """Return whether a job that is marked as queued stands in its queue.

    A worker that is killed as it takes a job leaves it marked so.
    """
    if job.enqueued_at is None or datetime.now(UTC) - job.enqueued_at < TAKING:
        return True
    queue = TaskQueue(job.origin, connection=job.connection)
    # The job is asked again when it is not found: it may have been taken since it was read.
    return queue.get_job_position(job) is not None or job.get_status() is not JobStatus.QUEUED


def _read(job_id: str, found: Any, redis: Redis) -> Job | None:
    if isinstance(found, Exception):
        return None
    job = TaskJob(job_id, redis)
    try:
        job.restore(found)
    except (NoSuchJobError, ValueError):
        return None
    return job
