"""Takes events and writes them to a Redis stream, in batches, from a thread of its own."""

import atexit
import json
import os
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from threading import Event as Signal
from threading import Lock, Thread
from typing import Any
from uuid import UUID

import structlog
from redis import Redis

from app.insights.events.kinds import InvalidEventError, ensure_valid

log = structlog.get_logger(__name__)

STREAM = "demo:events"
LOST = "demo:events:lost"
"""A hash of how many events were not kept, by reason."""

FIELD = "event"
GATHER_SECONDS = 0.5
MOST_WAITING = 10_000
"""Events that a process holds while they cannot be written."""
MOST_IN_STREAM = 200_000
"""Events in the stream at which it is full: the consumer has not come for a long time."""
AT_ONCE = 500
MOST_PER_MINUTE = 300
"""Events of one session that one process takes in a minute."""
REDIS_PAUSE = 2.0


_Waiting = tuple[int, str, int, float, UUID | None, Mapping[str, Any]]
"""An event's number in its process, kind, version, moment, session and details."""


class EventRecorder:
    """Takes events: `record` returns at once and loses an event rather than raise or wait.

    What is lost is counted by its reason: `invalid`, `flood` (too many of one session), `buffer`
    (too many wait for Redis). Events are written half a second later by a thread of the process;
    a process that is killed loses that half second.

    Args:
        redis: the client.
        enabled: False records nothing.
        strict: raise `InvalidEventError` for an event that is not as declared, as tests want it.
        is_private: tells whether the visitor of the present request wants no record of the visit;
            the event is then kept without its session.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        enabled: bool = True,
        strict: bool = False,
        is_private: Callable[[], bool] = lambda: False,
    ) -> None:
        self._redis = redis
        self._enabled = enabled
        self._strict = strict
        self._is_private = is_private
        self._waiting: deque[_Waiting] = deque()
        self._lost: Counter[str] = Counter()
        self._counts: Counter[UUID] = Counter()
        self._minute = 0
        self._lock = Lock()
        self._write_lock = Lock()
        self._wakeup = Signal()
        self._process = 0
        self._prefix = ""
        self._number = 0
        self._trouble = ""
        self._is_closed = False

    def record(self, kind: str, session: UUID | None = None, **details: Any) -> None:
        """Take an event of a session's row, or of none. `kinds` has the kinds and their details."""
        if not self._enabled:
            return
        try:
            version = ensure_valid(kind, details).version
        except InvalidEventError as error:
            if self._strict:
                raise
            log.error("event rejected", action="event_rejected", error=str(error)[:300])
            with self._lock:
                self._lost["invalid"] += 1
            return
        if session is not None and self._is_private():
            session = None
        self.take(kind, version, session, details)

    def take(
        self, kind: str, version: int, session: UUID | None, details: Mapping[str, Any]
    ) -> None:
        """Take an event that is known to be as declared, of a visit that may be recorded.

        The details must not change any more: they are written later.
        """
        if not self._enabled or self._is_closed:
            return
        now = time.time()
        with self._lock:
            if self._process != os.getpid():  # the first event, or the first after a fork
                self._start()
            if session is not None and self._is_flood(session, int(now // 60)):
                self._lost["flood"] += 1
                return
            if len(self._waiting) >= MOST_WAITING:
                self._lost["buffer"] += 1
                return
            self._number += 1
            self._waiting.append((self._number, kind, version, now, session, details))
        if not self._wakeup.is_set():
            self._wakeup.set()

    def flush(self) -> None:
        """Write what waits, as far as Redis takes it; what it does not take stays.

        The log says when writing begins to fail, and when it works again.
        """
        with self._write_lock:
            while self._waiting:
                trouble = ""
                try:
                    if not self._write():
                        trouble = "the stream is full"
                except Exception as error:  # whatever it is, the thread goes on
                    trouble = type(error).__name__
                self._tell(trouble)
                if trouble:
                    return

    def close(self) -> None:
        """Write what waits, once, and end the thread; events that come later are not kept."""
        self._is_closed = True
        with suppress(Exception):  # the log may be closed already
            self.flush()
        self._wakeup.set()

    def _tell(self, trouble: str) -> None:
        if trouble and not self._trouble:
            log.warning("events wait", action="events_failed", error=trouble)
        elif self._trouble and not trouble:
            log.info("events are written again", action="events_written")
        self._trouble = trouble

    def _is_flood(self, session: UUID, minute: int) -> bool:
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts[session] += 1
        return self._counts[session] > MOST_PER_MINUTE

    def _start(self) -> None:
        self._process = os.getpid()
        self._prefix, self._number = secrets.token_hex(8), 0
        self._waiting.clear()  # after a fork: they are the parent's
        self._wakeup, self._write_lock = Signal(), Lock()
        Thread(target=self._run, name="events", daemon=True).start()
        atexit.register(self.close)

    def _run(self) -> None:
        wakeup = self._wakeup
        while not self._is_closed:
            wakeup.wait()
            time.sleep(GATHER_SECONDS)
            wakeup.clear()
            if self._is_closed:
                return
            self.flush()
            if self._waiting:  # Redis is away, or the stream is full
                time.sleep(REDIS_PAUSE)
                wakeup.set()

    def _encode(self, waiting: _Waiting) -> str:
        number, kind, version, at, session, details = waiting
        event = {
            "id": f"{self._prefix}-{number}",
            "kind": kind,
            "version": version,
            "at": round(at, 3),
            "session": None if session is None else str(session),
            "details": details,
        }
        return json.dumps(event, separators=(",", ":"))

    def _write(self) -> bool:
        """Write one batch; return False while the stream is full."""
        if self._redis.xlen(STREAM) >= MOST_IN_STREAM:
            return False
        with self._lock:
            batch = list(islice(self._waiting, AT_ONCE))
            lost, self._lost = self._lost, Counter()
        # Written again after an error, with the same ids: the consumer keeps one of each.
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for event in batch:
                    pipeline.xadd(STREAM, {FIELD: self._encode(event)})
                for reason, count in lost.items():
                    pipeline.hincrby(LOST, reason, count)
                pipeline.execute()
        except Exception:
            with self._lock:
                self._lost.update(lost)
            raise
        with self._lock:
            for _ in batch:
                self._waiting.popleft()
        return True
