"""How a process outlives every Redis error: it waits, longer each time, and goes on."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from app.http.job_health import JobHealth
from app.tls_advice import with_advice
from jobs.queue.unreadable_keys import is_wrong_type, set_aside_unreadable

log = structlog.get_logger(__name__)

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 10.0
ANSWER_SECONDS = 5.0
"""A Redis that has not answered for so long is away."""


class RedisAway(RedisError):
    """Redis cannot be reached. RQ does not catch this, as it does redis-py's own errors."""


def connect(url: str) -> Redis:
    """Return a client for a process that waits by itself: it tries again once, at once."""
    return Redis.from_url(
        url,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(ExponentialBackoff(cap=0.1, base=0.01), 1),
    )


@contextmanager
def as_away() -> Iterator[None]:
    """Raise `RedisAway` in the place of redis-py's errors of a connection."""
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError) as error:
        raise RedisAway(f"{type(error).__name__}: {error}") from error


class RedisOutage:
    """The waits of one process while Redis is away, full, read-only, or holds what cannot be read.

    The log has a line for its beginning and one for its end, however long it lasts.

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
        self._began: float | None = None
        self._failures = 0

    @property
    def seconds(self) -> float:
        """For how long Redis has been away; 0 while it works."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    def over(self) -> None:
        """Note that Redis works; the next wait is short again."""
        if self._began is not None:
            log.info(
                "Redis works again",
                action="redis_works",
                process=self._process,
                seconds=round(self.seconds, 1),
                failures=self._failures,
            )
            JobHealth(self._redis).count_incident("redis_failed", self._failures)
        self._seconds, self._failures, self._began = FIRST_SECONDS, 0, None

    def note(self, error: RedisError) -> None:
        """Count the error, log the first, and set aside what cannot be read."""
        self._failures += 1
        if self._began is None:
            self._began = time.monotonic()
            log.error(
                "Redis failed",
                action="redis_failed",
                process=self._process,
                error=with_advice(
                    str(error) if isinstance(error, RedisAway) else _described(error)
                ),
            )
        if is_wrong_type(error):
            try:
                set_aside_unreadable(self._redis)
            except RedisError as second:
                log.error("keys not set aside", action="redis_failed", error=str(second))

    def wait(self, error: RedisError) -> None:
        """Note the error, and wait."""
        self.note(error)
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


def _described(error: RedisError) -> str:
    return f"{type(error).__name__}: {error}"
