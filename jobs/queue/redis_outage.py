"""How a process outlives every Redis error: it waits, longer each time, and goes on."""

import time
from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError

from app.http.job_health import JobHealth
from jobs.queue.unreadable_keys import is_wrong_type, set_aside_unreadable

log = structlog.get_logger(__name__)

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 10.0


class RedisOutage:
    """The waits of one process while Redis is away, full, read-only, or holds what cannot be read.

    Args:
        redis: the client.
        process: what the log calls the process.
        sleep: waits so many seconds.
    """

    def __init__(
        self, redis: Redis, process: str, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._redis = redis
        self._process = process
        self._sleep = sleep
        self._seconds = FIRST_SECONDS
        self._failures = 0

    def over(self) -> None:
        """Note that Redis works; the next wait is short again."""
        if self._failures:
            log.info("Redis works again", action="redis_works", process=self._process)
            JobHealth(self._redis).count_incident("redis_failed", self._failures)
        self._seconds, self._failures = FIRST_SECONDS, 0

    def wait(self, error: RedisError) -> None:
        """Log the error, set aside what cannot be read, and wait."""
        self._failures += 1
        log.error(
            "Redis failed",
            action="redis_failed",
            process=self._process,
            error=f"{type(error).__name__}: {error}",
            retry_seconds=self._seconds,
        )
        if is_wrong_type(error):
            try:
                set_aside_unreadable(self._redis)
            except RedisError as second:
                log.error("keys not set aside", action="redis_failed", error=str(second))
        self._sleep(self._seconds)
        self._seconds = min(2 * self._seconds, LONGEST_SECONDS)

    def wait_until_over(self) -> None:
        """Return once Redis takes a write."""
        while True:
            try:
                self._redis.set("demo:probe", 1, ex=60)
            except RedisError as error:
                self.wait(error)
            else:
                self.over()
                return
