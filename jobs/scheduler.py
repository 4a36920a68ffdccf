"""The scheduler: `TZ=UTC python -m jobs.scheduler`. Entries have fixed ids: none comes twice."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import DeserializationError
from rq.job import Job
from rq_scheduler import Scheduler

from app.config import ConfigurationError, Settings, load_settings
from app.logs import init_logs
from jobs import tasks
from jobs.clones.routing import URGENT
from jobs.kubernetes.reconcile_loop import WATCH_SECONDS
from jobs.queue.dispatcher import MAINTENANCE
from jobs.queue.task_queue import TaskJob, TaskQueue, find_job

POLL_SECONDS = 2
PURGE_HOUR = 3
DAY_SECONDS = 86_400
RECONCILE_SECONDS = 300
REFRESH_SECONDS = 600
"""How long after midnight at most the templates end on the new day; asking costs one query."""
FOR_EVER = -1
"""Results of entries are kept: RQ would forget the entry together with its result."""

INSTALL_LOCK = "demo:scheduler:install"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is done, how often, and when first."""

    function: Callable[[], Any]
    seconds: int
    first: datetime
    queue: str = MAINTENANCE
    timeout: int = 300


def scheduled_jobs(settings: Settings) -> dict[str, Entry]:
    """What is on the schedule, by the id that keeps it from coming twice."""
    now = datetime.now(UTC)
    night = now.replace(hour=PURGE_HOUR, minute=17, second=0) + timedelta(days=1)
    entries = {
        "cleanup": Entry(tasks.cleanup, settings.demo_cleanup_seconds, now),
        "reconcile": Entry(tasks.reconcile, RECONCILE_SECONDS, now),
        "refresh": Entry(tasks.refresh, REFRESH_SECONDS, now, timeout=900),
        "purge": Entry(tasks.purge, DAY_SECONDS, night),
    }
    if settings.clone_launcher == "kubernetes":
        entries["launch-watch"] = Entry(tasks.watch_launches, WATCH_SECONDS, now, URGENT)
    return entries


class DemoScheduler(Scheduler):  # type: ignore[misc]  # it has no types
    """rq-scheduler with our entries, which it puts back when Redis has lost them."""

    job_class = TaskJob
    queue_class = TaskQueue

    def __init__(self, settings: Settings) -> None:
        redis = Redis.from_url(settings.redis_url)
        super().__init__(queue_name=MAINTENANCE, connection=redis, interval=POLL_SECONDS)
        self._settings = settings
        self._size = len(scheduled_jobs(settings))
        self._is_installed = False

    def enqueue_jobs(self) -> Any:
        """Queue what is due; called every `POLL_SECONDS`, by one scheduler at a time.

        Entries are put up here and not before: another scheduler that queues one takes it off for
        a moment, and it would be put up, and done, twice.
        """
        if not self._is_installed or self._count() != self._size:
            self.install()
            self._is_installed = True
        return super().enqueue_jobs()

    def _count(self) -> int:
        return int(self.connection.zcard(self.scheduled_jobs_key))

    def get_queue_for_job(self, job: TaskJob) -> TaskQueue:
        """The queue that the entry names; rq-scheduler would import a class that it names, too."""
        return TaskQueue(job.origin, connection=self.connection)

    def install(self) -> None:
        """Put our entries on the schedule; those that stand there as they should are left alone.

        What else stands there goes, however damaged it is: rq-scheduler would stumble over it.
        One process at a time: a second scheduler must not have everything done once more.
        """
        entries = scheduled_jobs(self._settings)
        with self.connection.lock(INSTALL_LOCK, timeout=10, blocking_timeout=10):
            for member in self.connection.zrange(self.scheduled_jobs_key, 0, -1):
                name = member.decode(errors="replace")
                if name in entries and _fits(find_job(name, self.connection), entries[name]):
                    del entries[name]
                else:
                    self.connection.zrem(self.scheduled_jobs_key, member)
            for name, entry in entries.items():
                self.schedule(
                    scheduled_time=entry.first.replace(tzinfo=None),
                    func=entry.function,
                    interval=entry.seconds,
                    id=name,
                    queue_name=entry.queue,
                    result_ttl=FOR_EVER,
                    timeout=entry.timeout,
                )


def _fits(job: Job | None, entry: Entry) -> bool:
    """Whether what stands on the schedule, perhaps from an earlier release, is the entry."""
    if job is None or not isinstance(job.meta, dict):
        return False
    wanted = f"{entry.function.__module__}.{entry.function.__qualname__}"
    try:
        is_ours = job.func_name == wanted and not job.args and not job.kwargs
    except DeserializationError:
        return False  # not JSON, so not of ours
    return (
        is_ours
        and job.origin == entry.queue
        and job.meta.get("interval") == entry.seconds
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
    timetable = DemoScheduler(settings)
    while True:
        try:
            timetable.connection.ping()
            break
        except RedisError as error:
            print(f"Redis is away ({error}); trying again", file=sys.stderr)  # noqa: T201
            time.sleep(POLL_SECONDS)
    timetable.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
