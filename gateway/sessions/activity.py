"""Counts the requests of each session in Redis; a job writes the counts to the database."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from threading import Lock, Timer
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import structlog
from redis import Redis
from redis.exceptions import ResponseError

from gateway.redis.circuit_breaker import REDIS_ERRORS, RedisCircuitBreaker
from gateway.sessions.record import utc_now

log = structlog.get_logger(__name__)

# The braces keep all keys on one node of a cluster.
_COUNTS = "{gateway:activity}:counts"
_LAST = "{gateway:activity}:last"
_BATCHES = "{gateway:activity}:batches"
_REJECTED = "{gateway:activity}:rejected"

REJECTED_SECONDS = 7 * 86_400
"""How long operators can look at what was rejected."""

MOST_REQUESTS = 10_000_000
"""No session makes more requests between two drains: a larger count was written by hand."""

FLUSH_AT_ONCE = 200
"""Sessions that one flush writes at most, after Redis was away."""


class Tally(NamedTuple):
    """The number of requests of one session, and the time of the last one."""

    requests: int
    last_at: datetime

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum of both, with the later time."""
        return Tally(self.requests + other.requests, max(self.last_at, other.last_at))


class Activity:
    """Counts requests: `record` in the web processes, `drain` and `acknowledge` in one job.

    While Redis is away counts stay in this process, for `keep` sessions at most; further ones are
    lost and logged. A write whose answer is lost is repeated: a count too many does less harm than
    one missing.

    Args:
        redis: the client.
        breaker: decides whether Redis is asked, and is told of its failures.
        keep: sessions whose counts this process holds at most.
        every: seconds for which counts are gathered before a thread writes them; 0 writes each
            within its request. A process that ends calls `flush`.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        breaker: RedisCircuitBreaker | None = None,
        keep: int = 10_000,
        every: float = 0.0,
    ) -> None:
        self._redis = redis
        self._breaker = breaker or RedisCircuitBreaker()
        self._keep = keep
        self._lock = Lock()
        self._waiting: dict[UUID, Tally] = {}
        self._drained: set[str] = set()
        self._rejected = 0
        self._every = every
        self._timer: Timer | None = None

    def record(self, session: UUID, at: datetime) -> None:
        """Count one request of a session's row. One round trip at most; never raises for Redis."""
        with self._lock:
            self._wait(session, Tally(1, at))
            if self._every:
                self._flush_later()
                return
        self.flush()

    def flush(self) -> None:
        """Write this process's counts, those of `FLUSH_AT_ONCE` sessions at most.

        Redis errors are logged and counted, and the counts stay.
        """
        if not self._breaker.is_closed():
            return
        with self._lock:
            chosen = list(self._waiting)[-FLUSH_AT_ONCE:]
            batch = {session: self._waiting.pop(session) for session in chosen}
        if not batch:
            return
        try:
            self._write(batch)
        except REDIS_ERRORS as error:
            self._breaker.record_failure("activity_record", error)
            with self._lock:
                for session, tally in batch.items():
                    self._wait(session, tally)

    def drain(self) -> dict[str, dict[UUID, Tally]]:
        """Return all counts in Redis, as batches with unique names.

        Batches of an earlier drain that were not acknowledged come again: a batch stays in Redis
        until `acknowledge`, so that a crash loses nothing. A caller that stores the name together
        with the counts can skip a batch that it has counted already. Two drains must not run at
        once: the caller holds a lock. Redis errors pass.
        """
        self._set_aside()
        names = [_text(member) for member in self._redis.smembers(_BATCHES)]
        batches = {name: self._read(name) for name in names}
        self._drained.update(names)
        if not any(batches.values()):
            self.acknowledge()
        return {name: counts for name, counts in batches.items() if counts}

    def acknowledge(self) -> None:
        """Delete the batches that `drain` returned, now stored elsewhere. Redis errors pass."""
        if not self._drained:
            return
        with self._redis.pipeline(transaction=True) as pipeline:
            for batch in self._drained:
                pipeline.delete(f"{_COUNTS}:{batch}", f"{_LAST}:{batch}")
            pipeline.srem(_BATCHES, *self._drained)
            pipeline.execute()
        self._drained.clear()

    def take_rejected(self) -> int:
        """Return how many counts were set aside as unreadable since the last call."""
        rejected, self._rejected = self._rejected, 0
        return rejected

    def _flush_later(self) -> None:
        if self._timer is not None and self._timer.is_alive():
            return
        self._timer = Timer(self._every, self._flush_now)
        self._timer.daemon = True
        self._timer.start()

    def _flush_now(self) -> None:
        self.flush()
        with self._lock:
            self._timer = None
            if self._waiting:  # Redis failed, or is not asked for a moment, or more came meanwhile
                self._flush_later()

    def _wait(self, session: UUID, tally: Tally) -> None:
        known = self._waiting.get(session)
        if known is None and len(self._waiting) >= self._keep:
            log.warning("requests not counted", action="activity_lost", session=str(session))
            return
        self._waiting[session] = known.plus(tally) if known else tally

    def _write(self, batch: dict[UUID, Tally]) -> None:
        # One transaction, so that a drain never sees a count without its time.
        with self._redis.pipeline(transaction=True) as pipeline:
            for session, tally in batch.items():
                pipeline.hincrby(_COUNTS, str(session), tally.requests)
                milliseconds = int(tally.last_at.timestamp() * 1000)
                # GT: counts that waited must not turn the time back.
                pipeline.zadd(_LAST, {str(session): milliseconds}, gt=True)
            pipeline.execute()

    def _set_aside(self) -> None:
        batch = uuid4().hex
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.sadd(_BATCHES, batch)
            pipeline.rename(_COUNTS, f"{_COUNTS}:{batch}")
            pipeline.rename(_LAST, f"{_LAST}:{batch}")
            results = pipeline.execute(raise_on_error=False)
        for result in results:
            nothing_there = isinstance(result, ResponseError) and "no such key" in str(result)
            if isinstance(result, Exception) and not nothing_there:
                raise result

    def _read(self, batch: str) -> dict[UUID, Tally]:
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hgetall(f"{_COUNTS}:{batch}")
            pipeline.zrange(f"{_LAST}:{batch}", 0, -1, withscores=True)
            counts, last = pipeline.execute(raise_on_error=False)
        times = {_text(session): milliseconds for session, milliseconds in self._checked(last, [])}
        tallies = {}
        for session, count in dict(self._checked(counts, {})).items():
            try:
                tallies[UUID(_text(session))] = _tally(int(count), times.get(_text(session)))
            except (ValueError, OverflowError):
                self._reject(session, count)
        return tallies

    def _checked(self, answer: Any, nothing: Any) -> Any:
        """Return the answer of one command, or nothing if its key has another type."""
        if isinstance(answer, ResponseError) and str(answer).startswith("WRONGTYPE"):
            self._reject("a whole batch", answer)
            return nothing
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _reject(self, member: bytes | str, count: object) -> None:
        """Set aside what is no count of a session's requests: it must not stop the others."""
        self._rejected += 1
        name, value = repr(member)[:200], repr(count)[:200]
        log.error("count rejected", action="activity_rejected", member=name, count=value)
        self._redis.hset(_REJECTED, name, value)
        self._redis.expire(_REJECTED, REJECTED_SECONDS)


def merge(batches: Iterable[Mapping[UUID, Tally]]) -> dict[UUID, Tally]:
    """Return batches as one."""
    totals: dict[UUID, Tally] = {}
    for batch in batches:
        for session, tally in batch.items():
            known = totals.get(session)
            totals[session] = known.plus(tally) if known else tally
    return totals


def _tally(requests: int, milliseconds: float | None) -> Tally:
    if not 0 < requests <= MOST_REQUESTS:
        raise ValueError(f"{requests} is no count of requests")
    # A Redis short of memory may have evicted the times; a minute off is close enough.
    last_at = (
        utc_now() if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    )
    return Tally(requests, last_at)


def _text(value: bytes | str) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value
