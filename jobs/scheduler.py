"""The scheduler: `TZ=UTC python -m jobs.scheduler`. Its jobs have fixed ids: none comes twice."""

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from redis.exceptions import RedisError
from rq.exceptions import DeserializationError
from rq.job import Job
from rq_scheduler import Scheduler

from app.control.queues import CLONE_JOBS_SECONDS, MAINTENANCE, URGENT
from app.http.job_health import JobHealth
from app.logs import init_logs
from app.settings.table import ConfigurationError, Settings, load_settings
from jobs import tasks
from jobs.heartbeat import Heartbeat
from jobs.process_metrics import SchedulerCollector, serve_metrics
from jobs.queue.redis_outage import RedisOutage, connect
from jobs.queue.task_queue import TaskJob, TaskQueue, find_job
from jobs.queue.unreadable_keys import set_aside, set_aside_unreadable

log = structlog.get_logger(__name__)

POLL_SECONDS = 2
PURGE_HOUR = 3
DAILY_HOUR = 16
"""The afternoon before, in Europe: what is wanted tomorrow is known."""
DAY_SECONDS = 86_400
RECONCILE_SECONDS = 300
REFRESH_SECONDS = 600
"""How long after midnight at most the templates end on the new day; asking costs one query."""
EVENTS_SECONDS = 10
"""How far the figures of visits are behind."""
CATCH_UP_SECONDS = 300
"""How far templates and ready tenants may be behind; a visitor's first look makes up for it."""
DELIVER_SECONDS = 10
FOR_EVER = -1
"""Results of scheduled jobs are kept: RQ would forget the job together with its result."""

INSTALL_LOCK = "demo:scheduler:install"


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A task, how often it is queued, and when first."""

    task: Callable[[], Any]
    seconds: int
    first: datetime
    queue: str = MAINTENANCE
    timeout: int = 300


def scheduled_jobs(settings: Settings) -> dict[str, ScheduledJob]:
    """Return what is on the schedule, by the id that keeps it from coming twice."""
    now = datetime.now(UTC)
    night = now.replace(hour=PURGE_HOUR, minute=17, second=0) + timedelta(days=1)
    afternoon = now.replace(hour=DAILY_HOUR, minute=0, second=0)
    scheduled = {
        "cleanup": ScheduledJob(tasks.cleanup, settings.demo_cleanup_seconds, now),
        "reconcile": ScheduledJob(tasks.reconcile, RECONCILE_SECONDS, now),
        "refresh": ScheduledJob(tasks.refresh, REFRESH_SECONDS, now, timeout=900),
        "catch-up": ScheduledJob(tasks.catch_up, CATCH_UP_SECONDS, now),
        "daily": ScheduledJob(
            tasks.daily, DAY_SECONDS, afternoon + timedelta(days=afternoon < now), timeout=900
        ),
        "purge": ScheduledJob(tasks.purge, DAY_SECONDS, night),
        "deliver": ScheduledJob(tasks.deliver, DELIVER_SECONDS, now),
    }
    if settings.demo_events != "off":
        scheduled["events"] = ScheduledJob(tasks.events, EVENTS_SECONDS, now)
    if settings.clone_launcher == "kubernetes":
        scheduled["poll-clone-jobs"] = ScheduledJob(
            tasks.poll_clone_jobs, CLONE_JOBS_SECONDS, now, URGENT
        )
    return scheduled


class DemoScheduler(Scheduler):  # type: ignore[misc]  # it has no types
    """rq-scheduler with our jobs, which it puts back when Redis has lost them."""

    job_class = TaskJob
    queue_class = TaskQueue

    def __init__(self, settings: Settings) -> None:
        redis = connect(settings.redis_url)
        super().__init__(queue_name=MAINTENANCE, connection=redis, interval=POLL_SECONDS)
        self._settings = settings
        self._size = len(scheduled_jobs(settings))
        self._is_installed = False
        self._stopped = threading.Event()
        self._health = JobHealth(redis)
        self._heartbeat = Heartbeat(settings.heartbeat_file)
        self.outage = RedisOutage(redis, "scheduler", self._stopped.wait)
        self.passes = 0
        self.queued = 0

    def run(self, burst: bool = False) -> None:
        """Queue what is due, again and again, until asked to stop; Redis errors are waited out."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stopped.set())
        is_checked = False
        while not self._stopped.is_set():
            self._heartbeat.beat()
            try:
                if not is_checked:
                    set_aside_unreadable(self.connection)
                    self._register()
                    is_checked = True
                self._run_once()
            except RedisError as error:
                is_checked = False  # Redis may have been emptied or replaced
                self.outage.wait(error)
                continue
            self.outage.over()
            self.passes += 1
            if burst:
                break
            self._stopped.wait(POLL_SECONDS)
        with suppress(RedisError):
            self.register_death()

    def _register(self) -> None:
        with suppress(ValueError):  # it is registered already
            self.register_birth()

    def _run_once(self) -> None:
        """Queue what is due, unless another scheduler does."""
        self.heartbeat()
        self._health.report_alive("scheduler")
        if not self.acquire_lock():
            if self.connection.ttl(self.scheduler_lock_key) == -1:  # no scheduler wrote that
                set_aside(self.connection, self.scheduler_lock_key)
            return
        try:
            self.enqueue_jobs()
        finally:
            self.remove_lock()

    def enqueue_jobs(self) -> Any:
        """Queue what is due; called every `POLL_SECONDS`, by one scheduler at a time.

        The schedule is installed here and not before: another scheduler that queues a job takes it
        off for a moment, and it would be put up, and done, twice.
        """
        if not self._is_installed or self._count() != self._size:
            self.install()
            self._is_installed = True
        return super().enqueue_jobs()

    def enqueue_job(self, job: TaskJob) -> None:
        """Queue a job that is due, and count it."""
        super().enqueue_job(job)
        self.queued += 1

    def _count(self) -> int:
        return int(self.connection.zcard(self.scheduled_jobs_key))

    def get_queue_for_job(self, job: TaskJob) -> TaskQueue:
        """Return the job's queue; rq-scheduler would import a class that the job names, too."""
        return TaskQueue(job.origin, connection=self.connection)

    def install(self) -> None:
        """Put our jobs on the schedule; those that stand there as they should are left alone.

        What else stands there goes, however damaged it is: rq-scheduler would stumble over it.
        One process at a time: a second scheduler must not have everything done once more.
        """
        missing = scheduled_jobs(self._settings)
        with self.connection.lock(INSTALL_LOCK, timeout=10, blocking_timeout=10):
            for member in self.connection.zrange(self.scheduled_jobs_key, 0, -1):
                name = member.decode(errors="replace")
                if name in missing and _fits(find_job(name, self.connection), missing[name]):
                    del missing[name]
                else:
                    self.connection.zrem(self.scheduled_jobs_key, member)
            for name, job in missing.items():
                self.schedule(
                    scheduled_time=job.first.replace(tzinfo=None),
                    func=job.task,
                    interval=job.seconds,
                    id=name,
                    queue_name=job.queue,
                    result_ttl=FOR_EVER,
                    timeout=job.timeout,
                )


def _fits(job: Job | None, scheduled: ScheduledJob) -> bool:
    """Return whether a job on the schedule, perhaps of an earlier release, is the one we want."""
    if job is None or not isinstance(job.meta, dict):
        return False
    wanted = f"{scheduled.task.__module__}.{scheduled.task.__qualname__}"
    try:
        is_ours = job.func_name == wanted and not job.args and not job.kwargs
    except DeserializationError:
        return False  # not JSON, so not of ours
    return (
        is_ours
        and job.origin == scheduled.queue
        and job.meta.get("interval") == scheduled.seconds
        and job.result_ttl == FOR_EVER
    )


def main() -> int:
    """Schedule until asked to stop. Of two schedulers, rq-scheduler's lock lets one work."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    init_logs(settings.log_level)
    scheduler = DemoScheduler(settings)
    serve_metrics(settings.metrics_port, SchedulerCollector(scheduler))
    scheduler.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
