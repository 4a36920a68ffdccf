"""Finds sessions: in Redis first, and in the database where Redis does not settle it."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from redis import Redis

from gateway.errors import SessionForgotten, SessionsUnavailable
from gateway.http.log_context import without_values
from gateway.memoize import memoize
from gateway.redis.circuit_breaker import REDIS_ERRORS, RedisCircuitBreaker
from gateway.redis.thread_local_connections import ThreadLocalConnections
from gateway.sessions.record import ENDED, Clock, SessionRecord, utc_now

log = structlog.get_logger(__name__)

BELIEVE_FOR = timedelta(seconds=5)
"""How long a record is believed after the database was asked for it."""

BELIEVE_GUESTS_FOR = timedelta(seconds=1)
"""The same of a guest's record: few have one, and nothing tells Redis of each change of theirs."""

KEEP_FOR = timedelta(minutes=1)
"""How long a record stays in Redis, by its clock: well longer than it is believed.

So nothing of an ended session stays for long, though its end may never have reached Redis."""

# Writes what the database said only if Redis still holds what was read before the database was
# asked: a record that was put or forgotten in between is newer than the answer.
_REFRESH = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""


@dataclass(frozen=True, slots=True)
class Cached:
    """A record as Redis holds it: its text, and the time at which it was true."""

    record: SessionRecord
    text: bytes | str
    as_of: datetime


class RedisSessions:
    """The session records in Redis.

    The key is derived from the SHA-256 of the session id and the value leaves the id out, so that
    neither the keys, a dump nor a slow log of Redis hold a credential. The value is signed together
    with the id, so that a process which can write to Redis cannot make a session. Every method
    lets Redis errors pass to its caller.

    Args:
        redis: the client.
        secrets: the first signs records, all are believed. Without one every process that can
            write to Redis is believed.
        tombstone_for: how long a forgotten session stays forgotten, even if it is written again.
            Longer than any session can still last.
        clock: tells the time at which a record is true, where the caller does not.
    """

    def __init__(
        self,
        redis: Redis,
        secrets: Iterable[str] = (),
        *,
        tombstone_for: timedelta = timedelta(days=1),
        clock: Clock = utc_now,
    ) -> None:
        self._redis = redis
        self._kept = ThreadLocalConnections(redis)
        self._signing_keys = [_signing_key(secret) for secret in secrets] or [_signing_key("")]
        self._loaded = memoize(self._load)
        self._refresh = redis.register_script(_REFRESH)
        self._tombstone_for = tombstone_for
        self._clock = clock

    def put(self, record: SessionRecord, as_of: datetime | None = None) -> None:
        """Write what the database said at `as_of`, now by default. A forgotten session stays so."""
        key, _ = _keys(record.session_id)
        self._redis.set(key, self._dump(record, as_of), px=KEEP_FOR)

    def get(self, session_id: str) -> SessionRecord | None:
        """Return the record, of any status, or None.

        Raises:
            SessionForgotten: the session was destroyed.
        """
        cached = self.read(session_id)
        return cached.record if cached else None

    def read(self, session_id: str) -> Cached | None:
        """Return what `get` does, with what `refresh` needs. An unreadable text counts as none."""
        text, tombstone = self._kept.mget(_keys(session_id))
        if tombstone is not None:
            raise SessionForgotten("the session was destroyed")
        if text is None:
            return None
        try:
            return self._loaded(session_id, text)
        except (ValueError, KeyError, TypeError) as error:
            log.warning(
                "session record cannot be read", action="bad_record", error=type(error).__name__
            )
            return None

    def refresh(
        self, record: SessionRecord, seen: bytes | str = "", as_of: datetime | None = None
    ) -> bool:
        """Like `put`, unless Redis holds something else than `seen` by now."""
        keys = _keys(record.session_id)
        kept = int(KEEP_FOR.total_seconds() * 1000)
        return bool(self._refresh(keys, [seen, self._dump(record, as_of), kept]))

    def forget(self, session_id: str) -> None:
        """Have the session refused from now on, even if it is put back later.

        The tombstone has a key of its own and always wins: neither a slow reader of the database
        nor an extension at the same moment can bring the session back.
        """
        key, tombstone = _keys(session_id)
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.set(tombstone, 1, ex=self._tombstone_for)
            pipeline.delete(key)
            pipeline.execute()

    def _dump(self, record: SessionRecord, as_of: datetime | None) -> str:
        fields = json.dumps(
            {
                "id": str(record.id),
                "tenant_id": str(record.tenant_id) if record.tenant_id else None,
                "account_type": record.account_type,
                "status": record.status,
                "expires_at": record.expires_at.isoformat(),
                "access": record.access,
                "as_of": (as_of or self._clock()).isoformat(),
            }
        )
        return f"{_signature(self._signing_keys[0], record.session_id, fields)} {fields}"

    def _load(self, session_id: str, text: bytes | str) -> Cached:
        given, _, signed = (text if isinstance(text, str) else text.decode()).partition(" ")
        signatures = (_signature(key, session_id, signed) for key in self._signing_keys)
        if not any(hmac.compare_digest(given.encode(), made.encode()) for made in signatures):
            raise ValueError("signed with an unknown key")
        fields: dict[str, Any] = json.loads(signed)
        tenant_id = fields["tenant_id"]
        record = SessionRecord(
            session_id=session_id,
            id=UUID(fields["id"]),
            tenant_id=UUID(tenant_id) if tenant_id else None,
            account_type=fields["account_type"],
            status=fields["status"],
            expires_at=datetime.fromisoformat(fields["expires_at"]),
            access=fields.get("access", "own"),  # missing in a record of the release before
        )
        as_of = datetime.fromisoformat(fields["as_of"]).astimezone(UTC)
        return Cached(record, text, as_of)


class Sessions:
    """Looks sessions up by their id.

    A record in Redis is believed for `believe_for` after the database was asked, when it says that
    the session has ended, or is active and has time left. In every other case the fallback (the
    database) is asked: a pending session may have become active and one out of time may have been
    extended while Redis was away.

    So `believe_for` bounds how long a change that never reached Redis is missed: a session that is
    destroyed is refused from the moment when its tombstone is written, or else after that time. It
    is counted from before the database was asked, so a late writer of an old answer adds nothing.

    An id that the fallback does not know is not cached. Redis would then hold a key for every id
    that a client makes up, to save one index lookup; and a session created a moment later would be
    refused.
    """

    def __init__(
        self,
        store: RedisSessions,
        fallback: Callable[[str], SessionRecord | None],
        clock: Clock = utc_now,
        *,
        breaker: RedisCircuitBreaker | None = None,
        believe_for: timedelta = BELIEVE_FOR,
    ) -> None:
        self._store = store
        self._fallback = fallback
        self._clock = clock
        self._breaker = breaker or RedisCircuitBreaker()
        self._believe_for = believe_for

    def get(self, session_id: str) -> SessionRecord | None:
        """Return the session's record, or None if there is no such session.

        Raises:
            SessionForgotten: the session was destroyed.
            SessionsUnavailable: Redis does not settle it and the fallback failed.
        """
        cached = self._read(session_id)
        if cached is not None and self._believed(cached):
            return cached.record
        asked_at = self._clock()
        try:
            record = self._fallback(session_id)
        except Exception as error:
            log.error(
                "session lookup failed", action="session_lookup_failed", **without_values(error)
            )
            raise SessionsUnavailable("sessions cannot be looked up") from error
        if record is not None:
            self._refresh(record, cached, asked_at)
        return record

    def _believed(self, cached: Cached) -> bool:
        now = self._clock()
        record = cached.record
        limit = self._believe_for
        if record.is_guest:
            limit = min(limit, BELIEVE_GUESTS_FOR)
        if abs(now - cached.as_of) >= limit:
            return False
        return record.status in ENDED or (record.status == "active" and now < record.expires_at)

    def _read(self, session_id: str) -> Cached | None:
        if not self._breaker.is_closed():
            return None
        try:
            return self._store.read(session_id)
        except REDIS_ERRORS as error:
            self._breaker.record_failure("session_read", error)
            return None

    def _refresh(self, record: SessionRecord, cached: Cached | None, as_of: datetime) -> None:
        if not self._breaker.is_closed():
            return
        try:
            self._store.refresh(record, cached.text if cached else "", as_of)
        except REDIS_ERRORS as error:
            self._breaker.record_failure("session_refresh", error)


def _keys(session_id: str) -> tuple[str, str]:
    # The braces keep both keys of a session on one node of a cluster.
    digest = hashlib.sha256(session_id.encode()).hexdigest()
    return f"gateway:session:{{{digest}}}", f"gateway:session:{{{digest}}}:forgotten"


def _signing_key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"session record", "sha256")


def _signature(key: bytes, session_id: str, fields: str) -> str:
    return hmac.digest(key, f"{session_id} {fields}".encode(), "sha256").hex()
