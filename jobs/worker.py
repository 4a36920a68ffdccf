"""The standing workers: `python -m jobs.worker`.

The master starts `WORKER_PROCESSES` workers and starts one again that ended. A worker whose master
was killed ends as well, so that whatever supervises the master finds nothing left of it.
"""

import os
import signal
import sys
import threading
import time
from functools import cached_property
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq.job import Job
from rq.worker_pool import WorkerPool

import jobs.tasks  # noqa: F401  (imported before the fork, so that no worker pays for it)
from app.config import ConfigurationError, load_settings
from app.control.queues import QUEUES
from app.http.job_health import JobHealth
from app.logs import init_logs
from app.tracing import init_tracing
from gateway import connect_redis
from jobs.queue.redis_outage import RedisOutage
from jobs.queue.task_queue import TaskJob, TaskQueue, TaskWorker
from jobs.queue.unreadable_keys import is_wrong_type

log = structlog.get_logger(__name__)

JOBS_PER_PROCESS = 1000
"""After so many jobs a worker makes room for a new one: what leaks ends with it."""

REPORT_SECONDS = 5
PARENT_SECONDS = 1


class StandingWorker(TaskWorker):
    """Does its jobs in its own process, with its connections open: no job pays for a fork.

    RQ's other worker forks for every job, which takes as long as a small clone. What a job could
    do to its process it does to this one; the pool then starts another.
    """

    @cached_property
    def _outage(self) -> RedisOutage:
        return RedisOutage(self.connection, "worker")

    def work(self, *args: Any, **options: Any) -> bool:
        """Work until asked to stop, or for `JOBS_PER_PROCESS`, once Redis takes writes."""
        for number in (signal.SIGINT, signal.SIGTERM):  # until RQ sets its own
            signal.signal(number, signal.SIG_DFL)
        _end_with_parent()
        options |= {"with_scheduler": False, "max_jobs": JOBS_PER_PROCESS}
        try:
            self._outage.wait_until_over()
            return bool(super().work(*args, **options))
        except RedisError as error:  # as it says hello or goodbye
            self._outage.wait(error)
            return False

    def dequeue_job_and_maintain_ttl(self, *args: Any, **options: Any) -> Any:
        """Take the next job. RQ waits for a Redis that is away; other errors are waited out."""
        while True:
            try:
                taken = super().dequeue_job_and_maintain_ttl(*args, **options)
            except RedisError as error:
                self._outage.wait(error)
            else:
                self._outage.over()
                return taken

    def run_maintenance_tasks(self) -> None:
        """Clean RQ's registries; the next time will do where Redis fails."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's own lack
        except RedisError as error:
            self._outage.wait(error)

    def execute_job(self, *args: Any, **options: Any) -> None:
        """Do a job. What Redis does not take of its result is lost, and the job done again."""
        try:
            super().execute_job(*args, **options)
        except RedisError as error:
            self._outage.wait(error)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Note a failure; one at a key of a wrong type, as a result is kept, sets the key aside."""
        error = exc_info[1]
        if isinstance(error, RedisError) and is_wrong_type(error):
            self._outage.wait(error)
        super().handle_exception(job, *exc_info)


class StandingWorkers(WorkerPool):
    """The master of the workers: it replaces those that end, and reports how many there are."""

    def __init__(self, redis: Redis, reports: Redis, processes: int) -> None:
        super().__init__(
            QUEUES,
            connection=redis,
            num_workers=processes,
            worker_class=StandingWorker,
            job_class=TaskJob,
            queue_class=TaskQueue,
        )
        self._health = JobHealth(reports)
        self._report_at = 0.0

    def check_workers(self, respawn: bool = True) -> None:
        """Replace workers that ended; called every second."""
        super().check_workers(respawn)
        if time.monotonic() < self._report_at:
            return
        self._report_at = time.monotonic() + REPORT_SECONDS
        try:
            self._health.report_alive("worker", self.number_of_active_workers)
        except RedisError as error:
            log.warning("Redis failed", action="redis_failed", process="workers", error=str(error))


def _end_with_parent() -> None:
    """End this process when its parent has ended, after the job in hand."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_SECONDS)
        log.error("the workers' master is gone", action="master_gone", master=parent)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main() -> int:
    """Work until asked to stop; the jobs in hand are finished first."""
    try:
        settings = load_settings()
        settings.owner_url  # noqa: B018  (jobs work as the owner: better to fail now)
        init_tracing(settings.otel_exporter_otlp_endpoint, "worker")
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    init_logs(settings.log_level)
    if settings.clone_launcher == "kubernetes":
        import kubernetes  # noqa: F401  (as above; it takes long)
    StandingWorkers(
        Redis.from_url(settings.redis_url),
        connect_redis(settings.redis_url),
        settings.worker_processes,
    ).start(logging_level="WARNING")  # what jobs do they log themselves, as JSON
    return 0


if __name__ == "__main__":
    sys.exit(main())
