"""Answers about a tenant that are asked for again and again, kept in Redis.

A tenant has one hash, `demo:cache:<tenant id>`: a field for each answer, as JSON, and `generation`,
which goes with the answers when the tenant changes. An answer is filled in only while
the generation is the one that was there before the database was asked.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

KEEP_SECONDS = 60
"""How long answers are kept at most, so long may one be old whose write could not tell Redis."""
MOST_BYTES = 1_000_000
"""Of one answer; a larger one is not kept. With a few names a tenant stays far below 10 MB."""
RETRY_SECONDS = 5.0

_READ = """
if redis.call('HSETNX', KEYS[1], 'generation', ARGV[1]) == 1 then
    redis.call('PEXPIREAT', KEYS[1], ARGV[3])
end
return redis.call('HMGET', KEYS[1], 'generation', ARGV[2])
"""

_FILL = """
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
return redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
"""


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """What the cache has under a name: None, or a body. `fill` puts one there."""

    cache: "TenantCache"
    key: str
    name: str
    generation: bytes | None = None
    body: bytes | None = None

    def fill(self, body: bytes) -> None:
        """Keep a body that was read after this was, unless the tenant has changed meanwhile."""
        if self.generation is not None and len(body) <= MOST_BYTES:
            self.cache.fill(self.key, self.generation, self.name, body)


class TenantCache:
    """Reads, fills and drops. While Redis is away nothing is kept, and it is asked rarely."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._read = redis.register_script(_READ)
        self._fill = redis.register_script(_FILL)
        self._retry_at = 0.0

    def read(self, tenant_id: UUID, name: str, until: datetime | None) -> CachedAnswer:
        """Return what is kept; `until` is the end of the session, None where there is none.

        Without a session nothing is kept: a tenant that is not a demo has no end.
        """
        key = cache_key(tenant_id)
        nothing = CachedAnswer(self, key, name)
        if until is None or not self._is_open():
            return nothing
        try:
            end = min(until.timestamp(), time.time() + KEEP_SECONDS)
            generation, body = self._read([key], [uuid4().hex, name, int(end * 1000)])
        except RedisError as error:
            self._failed(error)
            return nothing
        return CachedAnswer(self, key, name, generation, body)

    def fill(self, key: str, generation: bytes, name: str, body: bytes) -> None:
        """Keep an answer, if the generation is still the same."""
        try:
            self._fill([key], [generation, name, body])
        except RedisError as error:
            self._failed(error)

    def drop(self, tenant_id: UUID) -> None:
        """Have no answer from before this call read again: the tenant has changed, or is gone."""
        if not self._is_open():
            return
        try:
            self._redis.delete(cache_key(tenant_id))
        except RedisError as error:
            self._failed(error)

    def _is_open(self) -> bool:
        return time.monotonic() >= self._retry_at

    def _failed(self, error: RedisError) -> None:
        self._retry_at = time.monotonic() + RETRY_SECONDS
        log.warning("tenant cache away", action="cache_failed", error=type(error).__name__)


def cache_key(tenant_id: UUID) -> str:
    """Return the key of a tenant's hash."""
    return f"demo:cache:{tenant_id.hex}"
