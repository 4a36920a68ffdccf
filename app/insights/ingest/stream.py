"""Reads events from the stream, and deletes those that are stored."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from redis import Redis

from app.insights.events.kinds import ensure_valid
from app.insights.events.recorder import FIELD, LOST, STREAM

log = structlog.get_logger(__name__)

REJECTED = "demo:events:rejected"
REJECTED_SECONDS = 7 * 86_400
MOST_REJECTED = 1000
"""Entries that are kept for operators to look at."""
AHEAD = timedelta(minutes=10)
"""How far the clock of another host may be ahead."""
MOST_VERSIONS = 1000
_ID = re.compile(r"[0-9a-f]{16}-[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `id` is its own, given where it happened: a copy in the stream has the same."""

    id: str
    kind: str
    version: int
    at: datetime
    session: UUID | None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of the stream, oldest first, and the events in them that can be read."""

    entries: Sequence[bytes]
    events: Sequence[Event]
    rejected: int


class EventStream:
    """The stream as its only consumer sees it: the caller holds a lock.

    What is read stays in the stream until it is acknowledged.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def read(self, most: int, oldest: datetime) -> Batch:
        """Return the oldest entries, at most so many. Events before `oldest` are not kept.

        Redis errors pass.
        """
        entries: list[bytes] = []
        events: list[Event] = []
        rejected: dict[bytes, bytes] = {}
        latest = datetime.now(UTC) + AHEAD
        found: Any = self._redis.xrange(STREAM, count=most)
        for entry, fields in found:
            entries.append(entry)
            given = fields.get(FIELD.encode(), b"")
            try:
                event = parse(given)
                if not oldest <= event.at <= latest:
                    raise ValueError(f"{event.at} is too long ago or to come")
                events.append(event)
            except Exception as error:  # whatever it is, it must not stop the others
                log.error("event rejected", action="event_rejected", error=repr(error)[:300])
                rejected[entry] = given[:2000]
        self._set_aside(rejected)
        return Batch(entries, events, len(rejected))

    def acknowledge(self, entries: Sequence[bytes]) -> None:
        """Delete entries, whose events are stored now. Redis errors pass."""
        if entries:
            self._redis.xdel(STREAM, *entries)

    def length(self) -> int:
        """Return how many entries wait. Redis errors pass."""
        return int(self._redis.xlen(STREAM))

    def take_lost(self) -> dict[str, int]:
        """Return what recorders could not keep since the last call, by reason."""
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hgetall(LOST)
            pipeline.delete(LOST)
            found, _ = pipeline.execute()
        return {reason.decode(): int(count) for reason, count in found.items()}

    def _set_aside(self, rejected: dict[bytes, bytes]) -> None:
        if not rejected:
            return
        if self._redis.hlen(REJECTED) < MOST_REJECTED:
            self._redis.hset(REJECTED, mapping=rejected)  # type: ignore[arg-type]
        self._redis.expire(REJECTED, REJECTED_SECONDS)


def parse(given: bytes) -> Event:
    """Return the event that an entry holds.

    Raises:
        Exception: it holds none of ours.
    """
    said = json.loads(given)
    if not isinstance(said, dict) or not _ID.fullmatch(said["id"]):
        raise ValueError("it has no id of ours")
    kind, details = said["kind"], said["details"]
    if not isinstance(details, dict):
        raise ValueError("its details are no object")
    ensure_valid(kind, details)
    session = None if said["session"] is None else UUID(said["session"])
    version, at = said["version"], datetime.fromtimestamp(said["at"], UTC)
    if not isinstance(version, int) or not 0 < version < MOST_VERSIONS:
        raise ValueError("its version is no number of ours")
    return Event(said["id"], kind, version, at, session, details)
