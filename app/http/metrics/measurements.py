"""Counts and histograms that all processes and pods add to, in Redis.

A process gathers for a moment and adds what it has in one round trip, off its requests' time.
Every pod shows the sums, so Prometheus takes their maximum and never adds pods up. While Redis is
away counts stay in the process: there are only so many series.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from threading import Lock, Timer

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

Labels = tuple[str, ...]
Sums = Counter[str]

KEY = "demo:measurements"
GATHER_SECONDS = 1.0
SEPARATOR = "\x1f"
MICROSECONDS = 1_000_000
"""Sums are whole microseconds in Redis: additions of fractions drift."""

MOST_SERIES = 2_000
"""What one process holds at most; a label with no bound would stop here."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric: its help, its labels, and the upper bounds of its buckets in seconds.

    Without buckets it is a count.
    """

    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


MEASURED = {
    "demo_http_request_seconds": Measured(
        "Seconds until an answer began, by what was asked for and the class of its status.",
        ("kind", "status"),
        (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 10.0),
    ),
    "demo_gateway_refusals": Measured("Requests that the gateway refused, by reason.", ("code",)),
    "demo_session_wait_seconds": Measured(
        "Seconds from creating a session until its data were there; 0 for a ready tenant.",
        (),
        (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0),
    ),
    "demo_clone_seconds": Measured(
        "Seconds of a clone by phase, and of the whole.",
        ("phase",),
        (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0),
    ),
    "demo_verify_seconds": Measured(
        "Seconds of compiling a template's plan and verifying it by a rehearsal.",
        (),
        (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0),
    ),
    "demo_drop_seconds": Measured(
        "Seconds of dropping a tenant's schema.", (), (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)
    ),
}
"""Everything that is counted. The buckets lie around what was measured (docs/performance.md)."""


class Measurements:
    """Adds to the metrics of `MEASURED`, and reads them."""

    def __init__(self, redis: Redis, *, every: float = GATHER_SECONDS) -> None:
        self._redis = redis
        self._every = every
        self._lock = Lock()
        self._waiting: Counter[str] = Counter()
        self._timer: Timer | None = None
        self._is_failing = False

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """Add one duration to a histogram. Its labels come in their order; never raises."""
        buckets = MEASURED[name].buckets
        place = bisect_left(buckets, seconds)
        bound = str(buckets[place]) if place < len(buckets) else "+Inf"
        self._add({
            _field(name, labels, bound): 1,
            _field(name, labels, "sum"): round(seconds * MICROSECONDS),
        })  # fmt: skip

    def count(self, name: str, *labels: str) -> None:
        """Add one to a count. Its labels come in their order; never raises."""
        self._add({_field(name, labels, "count"): 1})

    def flush(self) -> None:
        """Write what this process has gathered. Without Redis it stays."""
        with self._lock:
            self._timer = None
            batch, self._waiting = self._waiting, Counter()
        if not batch:
            return
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                for field, amount in batch.items():
                    pipeline.hincrby(KEY, field, amount)
                pipeline.execute()
        except RedisError as error:
            if not self._is_failing:  # it is tried again each second
                log.warning("figures wait", action="measurements_wait", error=type(error).__name__)
            self._is_failing = True
            self._add(dict(batch))
        else:
            self._is_failing = False

    def _add(self, amounts: dict[str, int]) -> None:
        with self._lock:
            for field, amount in amounts.items():
                if field in self._waiting or len(self._waiting) < MOST_SERIES:
                    self._waiting[field] += amount
            if self._every and self._timer is None:
                self._timer = Timer(self._every, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def read(self) -> dict[tuple[str, Labels], Sums]:
        """Return the sums of all processes, by metric and labels.

        Raises:
            RedisError: they are not known.
        """
        stored: dict[bytes, bytes] = self._redis.hgetall(KEY)  # type: ignore[assignment]
        series: dict[tuple[str, Labels], Sums] = {}
        for field, amount in stored.items():
            name, *labels, what = field.decode(errors="replace").split(SEPARATOR)
            if name in MEASURED and len(labels) == len(MEASURED[name].labels):
                series.setdefault((name, tuple(labels)), Counter())[what] = int(amount)
        return series


def _field(name: str, labels: tuple[str, ...], what: str) -> str:
    return SEPARATOR.join((name, *labels, what))
