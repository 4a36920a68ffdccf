"""Counts what a session or an address does, and refuses what is too much."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID
from wsgiref.types import WSGIEnvironment

from limits.storage import MemoryStorage, RedisStorage, Storage
from redis import Redis

from gateway.errors import Refused
from gateway.limits.address import address_digest
from gateway.messages import (
    TOO_MANY_AT_ONCE,
    TOO_MANY_CHANGES,
    TOO_MANY_CREATIONS,
    TOO_MANY_FAILURES,
    TOO_MANY_REQUESTS,
    Refusal,
)
from gateway.redis.circuit_breaker import REDIS_ERRORS, RedisCircuitBreaker
from gateway.sessions.record import Clock, SessionRecord, utc_now

READING = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS_KEY = "gateway.http.security_headers"
"""Where guards leave headers for the answer, whatever it becomes."""
RELEASE_KEY = "gateway.release"
"""Where guards leave what is to be called when the answer has been sent."""

BATCH_FRACTION = 60
"""A process takes so small a part of a quota at a time."""

REMEMBERED = 10_000
"""Shares that a process remembers; forgetting one costs its session what was left of it."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many in so many seconds; windows begin at multiples of their length."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """How much of a quota is used, and in how many seconds it begins anew."""

    quota: Quota
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        """Whether this one is too many."""
        return self.used > self.quota.most

    def headers(self, name: str) -> list[tuple[str, str]]:
        """`RateLimit` and `RateLimit-Policy`, as the IETF's draft writes them."""
        left = max(0, self.quota.most - self.used)
        return [
            ("RateLimit-Policy", f'"{name}";q={self.quota.most};w={self.quota.seconds}'),
            ("RateLimit", f'"{name}";r={left};t={self.reset}'),
        ]


class Counters:
    """Counters in Redis. While Redis is away each process counts for itself: looser, not open.

    A process takes a sixtieth of a quota at a time and asks again when that is used up: what it
    took and did not use is lost to others until the window ends, so the limit is never exceeded.
    """

    def __init__(
        self, redis: Redis, *, watch: RedisCircuitBreaker | None = None, clock: Clock = utc_now
    ) -> None:
        self._shared = RedisStorage(
            "redis://", connection_pool=redis.connection_pool, key_prefix="gateway:limits"
        )
        self._own = MemoryStorage()
        self._watch = watch or RedisCircuitBreaker()
        self._clock = clock
        self._lock = Lock()
        self._shares: dict[str, tuple[int, int]] = {}

    def add(self, name: str, quota: Quota) -> Count:
        """Count one more. One round trip at most."""
        size = max(1, quota.most // BATCH_FRACTION)
        if size == 1:
            return self._ask(name, quota, lambda store, key: store.incr(key, quota.seconds))
        return self._ask(name, quota, lambda store, key: self._take(store, key, quota, size))

    def _take(self, store: Storage, key: str, quota: Quota, size: int) -> int:
        with self._lock:
            used, taken = self._shares.get(key, (0, 0))
            if used < taken:
                self._shares[key] = used + 1, taken
                return used + 1
        taken = store.incr(key, quota.seconds, size)
        with self._lock:
            if len(self._shares) >= REMEMBERED:
                self._shares.clear()
            self._shares[key] = taken - size + 1, taken
        return taken - size + 1

    def look(self, name: str, quota: Quota) -> Count:
        """How many there were, without counting."""
        return self._ask(name, quota, lambda store, key: store.get(key))

    def _ask(self, name: str, quota: Quota, ask: Callable[[Storage, str], int]) -> Count:
        now = self._clock().timestamp()
        window = int(now // quota.seconds)
        reset = max(1, math.ceil((window + 1) * quota.seconds - now))
        key = f"{name}:{window}"
        if self._watch.usable():
            try:
                return Count(quota, ask(self._shared, key), reset)
            except REDIS_ERRORS as error:
                self._watch.failed("limit", error)
        return Count(quota, ask(self._own, key), reset)


class RequestLimit:
    """A guard: so many requests a session, and so many that change something."""

    def __init__(self, counters: Counters, requests: Quota, changes: Quota) -> None:
        self._counters = counters
        self._requests = requests
        self._changes = changes

    def __call__(self, environ: WSGIEnvironment, record: SessionRecord) -> None:
        """Count the request, or refuse it."""
        self._count(environ, f"requests:{record.id}", "requests", self._requests, TOO_MANY_REQUESTS)
        if environ["REQUEST_METHOD"] not in READING:
            self._count(environ, f"changes:{record.id}", "changes", self._changes, TOO_MANY_CHANGES)

    def _count(
        self, environ: WSGIEnvironment, name: str, title: str, quota: Quota, refusal: Refusal
    ) -> None:
        count = self._counters.add(name, quota)
        if title == "requests" or count.exceeded:
            environ[HEADERS_KEY] = count.headers(title)
        if count.exceeded:
            raise Refused(refusal.after(count.reset))


class OpenRequests:
    """A guard: so many requests of one session at the same time in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._open: dict[UUID, int] = {}

    def __call__(self, environ: WSGIEnvironment, record: SessionRecord) -> None:
        """Take one of the session's places until the answer has been sent, or refuse."""
        with self._lock:
            if self._open.get(record.id, 0) >= self._most:
                raise Refused(TOO_MANY_AT_ONCE)
            self._open[record.id] = self._open.get(record.id, 0) + 1
        environ.setdefault(RELEASE_KEY, []).append(lambda: self._release(record.id))

    def _release(self, session: UUID) -> None:
        with self._lock:
            left = self._open.pop(session) - 1
            if left:
                self._open[session] = left


class CreationLimit:
    """So many sessions that one address opens, whatever becomes of them."""

    def __init__(
        self, counters: Counters, quota: Quota, secret: str, *, clock: Clock = utc_now
    ) -> None:
        self._counters = counters
        self._quota = quota
        self._name = _Addresses("creations", secret, clock)

    def __call__(self, environ: WSGIEnvironment) -> None:
        """Count one more, or refuse it."""
        count = self._counters.add(self._name(environ), self._quota)
        environ[HEADERS_KEY] = count.headers("creations")
        if count.exceeded:
            raise Refused(TOO_MANY_CREATIONS.after(count.reset))


class FailedCredentials:
    """Counts bad credentials by address; too many, and unproven ones are not even looked up.

    A token that we signed is always read: who shares an address with an attacker is let in.
    """

    def __init__(
        self, counters: Counters, quota: Quota, secret: str, *, clock: Clock = utc_now
    ) -> None:
        self._counters = counters
        self._quota = quota
        self._name = _Addresses("failures", secret, clock)

    def check(self, environ: WSGIEnvironment) -> None:
        """Refuse an address that has tried too often already."""
        count = self._counters.look(self._name(environ), self._quota)
        if count.used >= self._quota.most:
            raise Refused(TOO_MANY_FAILURES.after(count.reset))

    def note(self, environ: WSGIEnvironment) -> None:
        """Count a bad credential, and refuse an address that has tried too often."""
        count = self._counters.add(self._name(environ), self._quota)
        if count.exceeded:
            raise Refused(TOO_MANY_FAILURES.after(count.reset))


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Names the counter of a request's address, without the address."""

    what: str
    secret: str = field(repr=False)
    clock: Clock

    def __call__(self, environ: WSGIEnvironment) -> str:
        address = environ.get("REMOTE_ADDR") or "unknown"
        return f"{self.what}:{address_digest(address, self.secret, self.clock())}"
