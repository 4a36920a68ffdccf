"""The scheduler: `TZ=UTC python -m jobs.scheduler`. Entries have fixed ids: none comes twice."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from app.config import ConfigurationError, Settings, load_settings
from app.logs import init_logs
from jobs import tasks
from jobs.dispatch import MAINTENANCE
from jobs.launchers import URGENT
from jobs.launching import WATCH_SECONDS

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


def install(scheduler: Scheduler, settings: Settings) -> None:
    """Put our entries on the schedule; those that stand there as they should are left alone.

    One process at a time: a second scheduler must not have everything done once more.
    """
    now = datetime.now(UTC)
    night = now.replace(hour=PURGE_HOUR, minute=17, second=0) + timedelta(days=1)
    entries = {
        "cleanup": Entry(tasks.cleanup, settings.demo_cleanup_seconds, now),
        "reconcile": Entry(tasks.reconcile, RECONCILE_SECONDS, now),
        "refresh": Entry(tasks.refresh, REFRESH_SECONDS, now),
        "purge": Entry(tasks.purge, DAY_SECONDS, night),
    }
    if settings.clone_launcher == "kubernetes":
        entries["launch-watch"] = Entry(tasks.watch_launches, WATCH_SECONDS, now, URGENT)
    with scheduler.connection.lock(INSTALL_LOCK, timeout=10, blocking_timeout=10):
        for job in list(scheduler.get_jobs()):
            entry = entries.get(job.id)
            fits = entry is not None and job.meta.get("interval") == entry.seconds
            if fits and job.result_ttl == FOR_EVER:
                del entries[job.id]
            else:
                scheduler.cancel(job)
        for name, entry in entries.items():
            scheduler.schedule(
                scheduled_time=entry.first.replace(tzinfo=None),
                func=entry.function,
                interval=entry.seconds,
                id=name,
                queue_name=entry.queue,
                result_ttl=FOR_EVER,
            )


def main() -> int:
    """Schedule until asked to stop. Of two schedulers, rq-scheduler's lock lets one work."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    init_logs(settings.log_level)
    scheduler = Scheduler(
        queue_name=MAINTENANCE, connection=Redis.from_url(settings.redis_url), interval=POLL_SECONDS
    )
    while True:
        try:
            install(scheduler, settings)
            break
        except RedisError as error:
            print(f"Redis is away ({error}); trying again", file=sys.stderr)  # noqa: T201
            time.sleep(POLL_SECONDS)
    scheduler.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
