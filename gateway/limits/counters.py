"""Counts events in fixed windows of time: in Redis, and in this process while Redis is away."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from limits.storage import MemoryStorage, RedisStorage, Storage
from redis import Redis

from gateway.redis.circuit_breaker import REDIS_ERRORS, RedisCircuitBreaker
from gateway.sessions.record import Clock, utc_now

BATCH_FRACTION = 60
"""A process takes one part in so many of a quota at a time."""

MAX_BATCHES = 10_000
"""Batches that a process keeps; dropping one loses what its session had left of it."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit of so many events in a window of so many seconds.

    Windows begin at multiples of their length since 1970.
    """

    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """The events counted in a quota's window, and the seconds until the next window begins."""

    quota: Quota
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        """True when the last event was one too many."""
        return self.used > self.quota.limit

    def headers(self, name: str) -> list[tuple[str, str]]:
        """Return `RateLimit` and `RateLimit-Policy`, as the IETF's draft writes them."""
        left = max(0, self.quota.limit - self.used)
        return [
            ("RateLimit-Policy", f'"{name}";q={self.quota.limit};w={self.quota.seconds}'),
            ("RateLimit", f'"{name}";r={left};t={self.reset}'),
        ]


class Counters:
    """Named counters in Redis.

    While Redis is away each process counts alone: looser by the number of processes, never open.

    A process takes a sixtieth of a quota at a time and asks Redis again when that is used up. What
    it took and did not use is lost to other processes until the window ends, so the limit is never
    exceeded.

    Args:
        redis: the client; its connection pool is used.
        breaker: decides whether Redis is asked, and is told of its failures.
        clock: tells the time by which windows begin.
    """

    def __init__(
        self, redis: Redis, *, breaker: RedisCircuitBreaker | None = None, clock: Clock = utc_now
    ) -> None:
        self._shared = RedisStorage(
            "redis://", connection_pool=redis.connection_pool, key_prefix="gateway:limits"
        )
        self._own = MemoryStorage()
        self._breaker = breaker or RedisCircuitBreaker()
        self._clock = clock
        self._lock = Lock()
        self._batches: dict[str, tuple[int, int]] = {}

    def add(self, name: str, quota: Quota) -> Count:
        """Count one event and return the count with it. One round trip to Redis at most."""
        size = max(1, quota.limit // BATCH_FRACTION)
        if size == 1:
            return self._ask(name, quota, lambda store, key: store.incr(key, quota.seconds))
        return self._ask(name, quota, lambda store, key: self._take(store, key, quota, size))

    def peek(self, name: str, quota: Quota) -> Count:
        """Return the count without adding to it. One round trip to Redis at most."""
        return self._ask(name, quota, lambda store, key: store.get(key))

    def _take(self, store: Storage, key: str, quota: Quota, size: int) -> int:
        with self._lock:
            used, taken = self._batches.get(key, (0, 0))
            if used < taken:
                self._batches[key] = used + 1, taken
                return used + 1
        taken = store.incr(key, quota.seconds, size)
        with self._lock:
            if len(self._batches) >= MAX_BATCHES:
                self._batches.clear()
            self._batches[key] = taken - size + 1, taken
        return taken - size + 1

    def _ask(self, name: str, quota: Quota, ask: Callable[[Storage, str], int]) -> Count:
        now = self._clock().timestamp()
        window = int(now // quota.seconds)
        reset = max(1, math.ceil((window + 1) * quota.seconds - now))
        key = f"{name}:{window}"
        if self._breaker.is_closed():
            try:
                return Count(quota, ask(self._shared, key), reset)
            except REDIS_ERRORS as error:
                self._breaker.record_failure("limit", error)
        return Count(quota, ask(self._own, key), reset)
