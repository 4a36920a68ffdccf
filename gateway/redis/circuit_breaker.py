"""Stops asking a Redis that failed, for a moment, and counts and logs its failures."""

import time
from collections.abc import Callable

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger(__name__)

REDIS_ERRORS = (RedisError, OSError)


def connect_redis(url: str, timeout: float = 0.5) -> Redis:
    """Return a client for the request path, with a short timeout in seconds and no retries.

    The client's own default is to try again for seconds; here Postgres answers instead. And a
    write that is sent again after a timeout would count a request twice.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=timeout,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )


class RedisCircuitBreaker:
    """Opens for `pause` seconds after each failure of Redis, and counts failures by action.

    A host that swallows packets so costs one timeout a pause, not one a request. Not asking Redis
    is safe: it only ever saves a question to the database.

    Args:
        redis_failures: called with the action that failed.
        pause: seconds for which Redis is not asked after a failure.
        monotonic: tells seconds that never go back.
    """

    def __init__(
        self,
        redis_failures: Callable[[str], object] = lambda _: None,
        *,
        pause: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count = redis_failures
        self._pause = pause
        self._monotonic = monotonic
        self._resume_at = float("-inf")

    def is_closed(self) -> bool:
        """Return True if Redis may be asked: the last failure is longer ago than the pause."""
        return self._monotonic() >= self._resume_at

    def record_failure(self, action: str, error: Exception) -> None:
        """Log and count a failure of an action, and open the breaker."""
        self._resume_at = self._monotonic() + self._pause
        self._count(action)
        log.warning("redis is away", action=action, error=f"{type(error).__name__}: {error}")
