"""The scheduler: `TZ=UTC python -m jobs.scheduler`. Entries have fixed ids: none comes twice."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from app.config import ConfigurationError, load_settings
from app.logs import init_logs
from jobs import tasks
from jobs.dispatch import MAINTENANCE

POLL_SECONDS = 2
PURGE_HOUR = 3
DAY_SECONDS = 86_400
RECONCILE_SECONDS = 300
REFRESH_SECONDS = 600
"""How long after midnight at most the templates end on the new day; asking costs one query."""
KEEP_RESULT_SECONDS = 3600


def install(scheduler: Scheduler, cleanup_seconds: int) -> None:
    """Put our entries on the schedule, in place of whatever stood there before."""
    for job in list(scheduler.get_jobs()):
        scheduler.cancel(job)
    now = datetime.now(UTC)
    _every(scheduler, "cleanup", tasks.cleanup, cleanup_seconds, now)
    _every(scheduler, "reconcile", tasks.reconcile, RECONCILE_SECONDS, now)
    _every(scheduler, "refresh", tasks.refresh, REFRESH_SECONDS, now)
    night = now.replace(hour=PURGE_HOUR, minute=17, second=0) + timedelta(days=1)
    _every(scheduler, "purge", tasks.purge, DAY_SECONDS, night)


def _every(
    scheduler: Scheduler, name: str, function: Callable[[], Any], seconds: int, first: datetime
) -> None:
    scheduler.schedule(
        scheduled_time=first.replace(tzinfo=None),
        func=function,
        interval=seconds,
        id=name,
        queue_name=MAINTENANCE,
        result_ttl=KEEP_RESULT_SECONDS,
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
            install(scheduler, settings.demo_cleanup_seconds)
            break
        except RedisError as error:
            print(f"Redis is away ({error}); trying again", file=sys.stderr)  # noqa: T201
            time.sleep(POLL_SECONDS)
    scheduler.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
