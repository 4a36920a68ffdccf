"""The last errors that web processes did not expect, with the ids of their requests."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError

KEY = "demo:failures"
MOST = 50
KEEP_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Failure:
    """An error: its type, and the route; never a value, which may be a visitor's."""

    at: str
    request: str
    where: str
    error: str


class RecentFailures:
    """A short list in Redis. Without Redis nothing is remembered; the log has it all the same."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def note(self, request: str, where: str, error: BaseException) -> None:
        """Remember an error; it never raises."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        failure = Failure(at, request[:64], where[:120], type(error).__name__[:80])
        with suppress(RedisError, OSError), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.lpush(KEY, json.dumps(asdict(failure)))
            pipeline.ltrim(KEY, 0, MOST - 1)
            pipeline.expire(KEY, KEEP_SECONDS)
            pipeline.execute()

    def newest(self) -> list[Failure]:
        """Return what is remembered, the newest first; what cannot be read is left out."""
        found = []
        with suppress(RedisError, OSError):
            for entry in self._redis.lrange(KEY, 0, MOST - 1):
                with suppress(ValueError, TypeError):
                    found.append(Failure(**json.loads(entry)))
        return found
