"""Refuses what is too much: of one session, or of one network address."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import BoundedSemaphore, Lock
from uuid import UUID
from wsgiref.types import WSGIEnvironment

from gateway.errors import Refused
from gateway.http.paths import READ_METHODS
from gateway.limits.address import address_digest
from gateway.limits.counters import Counters, Quota
from gateway.messages import (
    TOO_MANY_AT_ONCE,
    TOO_MANY_CHANGES,
    TOO_MANY_CREATIONS,
    TOO_MANY_FAILURES,
    TOO_MANY_LOGINS,
    TOO_MANY_REQUESTS,
    Refusal,
)
from gateway.sessions.record import Clock, SessionRecord, utc_now

HEADERS_KEY = "gateway.headers"
"""Environ key under which guards leave headers for the answer, whatever its status."""

SITE_BITS = 48
"""Of IPv6, what one customer can have: as many sessions as it likes, one for each /64."""

RELEASE_KEY = "gateway.release"
"""Environ key under which guards leave functions to call when the answer has been sent."""


class RequestLimit:
    """A guard that limits a session's requests, and apart from them those that change something."""

    def __init__(self, counters: Counters, requests: Quota, changes: Quota) -> None:
        self._counters = counters
        self._requests = requests
        self._changes = changes

    def __call__(self, environ: WSGIEnvironment, record: SessionRecord) -> None:
        """Count the request.

        Raises:
            Refused: it is one too many; `Retry-After` says when the window ends.
        """
        who = record.counted_as
        self._count(environ, f"requests:{who}", "requests", self._requests, TOO_MANY_REQUESTS)
        if environ["REQUEST_METHOD"] not in READ_METHODS:
            self._count(environ, f"changes:{who}", "changes", self._changes, TOO_MANY_CHANGES)

    def _count(
        self, environ: WSGIEnvironment, name: str, title: str, quota: Quota, refusal: Refusal
    ) -> None:
        count = self._counters.add(name, quota)
        if title == "requests":
            environ.setdefault(HEADERS_KEY, count.headers(title))
        if count.exceeded:
            environ[HEADERS_KEY] = count.headers(title)
            raise Refused(refusal.after(count.reset))


class OpenRequests:
    """A guard that limits how many requests of one session this process answers at once.

    Guests' requests take half of the places at most: the others are the owner's.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._open: Counter[UUID] = Counter()
        self._guests: Counter[UUID] = Counter()

    def __len__(self) -> int:
        """Return the number of sessions that have a request open."""
        return len(self._open)

    def __call__(self, environ: WSGIEnvironment, record: SessionRecord) -> None:
        """Take one of the session's places until the answer has been sent.

        Raises:
            Refused: all of them are taken.
        """
        counters = (self._open, self._guests) if record.is_guest else (self._open,)
        with self._lock:
            if self._open[record.id] >= self._limit or (
                record.is_guest and self._guests[record.id] >= max(1, self._limit // 2)
            ):
                raise Refused(TOO_MANY_AT_ONCE)
            for counter in counters:
                counter[record.id] += 1
        environ.setdefault(RELEASE_KEY, []).append(lambda: self._release(record.id, counters))

    def _release(self, session: UUID, counters: Iterable[Counter[UUID]]) -> None:
        with self._lock:
            for counter in counters:
                counter[session] -= 1
                if not counter[session]:
                    del counter[session]


class OpenLogins:
    """Limits how many logins this process answers at once: the app verifies a password for each.

    One too many is refused before anything else is done for it, so that a storm of them costs
    little.
    """

    def __init__(self, limit: int) -> None:
        self._places = BoundedSemaphore(limit)

    def __call__(self, environ: WSGIEnvironment) -> None:
        """Take a place until the answer has been sent.

        Raises:
            Refused: all of them are taken.
        """
        if not self._places.acquire(blocking=False):
            raise Refused(TOO_MANY_LOGINS)
        environ.setdefault(RELEASE_KEY, []).append(self._places.release)


class NamedLimits:
    """Limits on the requests of rules that name one, by session or else by address.

    Args:
        counters: keeps the counts.
        quotas: each limit's quota, by the name that rules use.
        secret: key of the digests that stand for addresses.
        by_address: the limits that count by address where a session is known, too.
        clock: decides the day of a digest.
    """

    def __init__(
        self,
        counters: Counters,
        quotas: Mapping[str, Quota],
        secret: str,
        *,
        by_address: Collection[str] = (),
        clock: Clock = utc_now,
    ) -> None:
        self._counters = counters
        self._by_address = frozenset(by_address)
        self._secret = secret
        self._clock = clock
        self.quotas = dict(quotas)

    def __call__(
        self, name: str, environ: WSGIEnvironment, record: SessionRecord | None = None
    ) -> None:
        """Count the request of a session, or of an address where no session is known.

        Raises:
            Refused: it is one too many; `Retry-After` says when the window ends.
        """
        if record is None or name in self._by_address:
            counter = _AddressCounter(name, self._secret, self._clock)(environ)
        else:
            counter = f"{name}:{record.counted_as}"
        count = self._counters.add(counter, self.quotas[name])
        if count.exceeded:
            environ[HEADERS_KEY] = count.headers(name)
            raise Refused(TOO_MANY_REQUESTS.after(count.reset))


class CreationLimit:
    """Limits the sessions that one address opens, those that are refused included."""

    def __init__(
        self, counters: Counters, quota: Quota, secret: str, *, clock: Clock = utc_now
    ) -> None:
        self._counters = counters
        self._quota = quota
        self._secret = secret
        self._clock = clock
        self._counter_name = _AddressCounter("creations", secret, clock)

    def __call__(self, environ: WSGIEnvironment) -> None:
        """Count one attempt.

        Raises:
            Refused: it is one too many; `Retry-After` says when the window ends.
        """
        count = self._counters.add(self._counter_name(environ), self._quota)
        environ[HEADERS_KEY] = count.headers("creations")
        if count.exceeded:
            raise Refused(TOO_MANY_CREATIONS.after(count.reset))

    def digests(self, environ: WSGIEnvironment) -> tuple[str, str]:
        """Return today's digest of the address and yesterday's: its IPv4, or its IPv6 /48.

        The application counts by them what an address has open. A day's key is one of its own, so
        what was opened before midnight has yesterday's digest.
        """
        address, now = environ.get("REMOTE_ADDR") or "unknown", self._clock()
        today, yesterday = (
            address_digest(address, self._secret, day, SITE_BITS)
            for day in (now, now - timedelta(days=1))
        )
        return today, yesterday


class FailedCredentials:
    """Counts bad credentials by address; after too many, none that needs a lookup is tried.

    A token proves itself by its signature and is always read, so that a visitor who shares an
    address with an attacker is let in.
    """

    def __init__(
        self, counters: Counters, quota: Quota, secret: str, *, clock: Clock = utc_now
    ) -> None:
        self._counters = counters
        self._quota = quota
        self._counter_name = _AddressCounter("failures", secret, clock)

    def check(self, environ: WSGIEnvironment) -> None:
        """Refuse an address that has used up its failures, without counting.

        Raises:
            Refused: as many credentials were bad as the quota allows.
        """
        count = self._counters.peek(self._counter_name(environ), self._quota)
        if count.used >= self._quota.limit:
            raise Refused(TOO_MANY_FAILURES.after(count.reset))

    def record(self, environ: WSGIEnvironment) -> None:
        """Count one bad credential.

        Raises:
            Refused: more were bad than the quota allows.
        """
        count = self._counters.add(self._counter_name(environ), self._quota)
        if count.exceeded:
            raise Refused(TOO_MANY_FAILURES.after(count.reset))


@dataclass(frozen=True, slots=True)
class _AddressCounter:
    """Names the counter of a request's address by a digest, without the address."""

    what: str
    secret: str = field(repr=False)
    clock: Clock

    def __call__(self, environ: WSGIEnvironment) -> str:
        address = environ.get("REMOTE_ADDR") or "unknown"
        return f"{self.what}:{address_digest(address, self.secret, self.clock())}"
