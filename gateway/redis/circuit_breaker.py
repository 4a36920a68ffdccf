"""What happens when Redis is away: it is logged, counted, and left alone for a moment."""

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
    """A client for the request path: short timeouts, in seconds, and no retries.

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
    """Counts failures, by what was tried, and says whether Redis is worth asking.

    After a failure Redis is left alone for `pause` seconds, so that a host which swallows
    packets costs one timeout a pause, not one a request. Leaving it out is safe: Redis only
    ever saves a question to the database.
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

    def usable(self) -> bool:
        """Whether the last failure is long enough ago."""
        return self._monotonic() >= self._resume_at

    def failed(self, action: str, error: Exception) -> None:
        """Log and count a failure, and start the pause."""
        self._resume_at = self._monotonic() + self._pause
        self._count(action)
        log.warning("redis is away", action=action, error=f"{type(error).__name__}: {error}")
