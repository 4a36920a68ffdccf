"""The standing workers: `python -m jobs.worker`."""

import sys
from typing import Any

from redis import Redis
from rq.worker_pool import WorkerPool

import jobs.tasks  # noqa: F401  (imported before the fork, so that no worker pays for it)
from app.config import ConfigurationError, load_settings
from app.logs import init_logs
from jobs.queue.dispatcher import QUEUES
from jobs.queue.task_queue import TaskJob, TaskQueue, TaskWorker

JOBS_PER_PROCESS = 1000
"""After so many jobs a worker makes room for a new one: what leaks ends with it."""


class StandingWorker(TaskWorker):
    """Does its jobs in its own process, with its connections open: no job pays for a fork.

    RQ's other worker forks for every job, which takes as long as a small clone. What a job could
    do to its process it does to this one; the pool then starts another.
    """

    def work(self, *args: Any, **options: Any) -> bool:
        """Work until asked to stop, or for `JOBS_PER_PROCESS`."""
        options |= {"with_scheduler": False, "max_jobs": JOBS_PER_PROCESS}
        return bool(super().work(*args, **options))


def main() -> int:
    """Work until asked to stop; the jobs in hand are finished first."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    init_logs(settings.log_level)
    if settings.clone_launcher == "kubernetes":
        import jobs.kubernetes.api  # noqa: F401  (as above; it takes long)
    WorkerPool(
        QUEUES,
        connection=Redis.from_url(settings.redis_url),
        num_workers=settings.worker_processes,
        worker_class=StandingWorker,
        job_class=TaskJob,
        queue_class=TaskQueue,
    ).start(logging_level="WARNING")  # what jobs do they log themselves, as JSON
    return 0


if __name__ == "__main__":
    sys.exit(main())
