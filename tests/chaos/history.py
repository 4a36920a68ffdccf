"""What visitors sent and what they were told: the truth that the checkers hold the system to."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

CUT = "cut"
"""No answer: the connection was refused, reset or ended."""

OVER = (401, 410)
"""Answers that say that a session is over."""


def in_words(counts: Mapping[str, int], none: str = "none") -> str:
    """Return counts by kind as a page tells them, or what it says where there is none."""
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or none


class Outcome(Enum):
    """What a visitor knows of a write."""

    UNKNOWN = "unknown"
    """No answer came, or one that says nothing: it may be there, at most once."""
    DONE = "done"
    """It was acknowledged: it is there, exactly once, for as long as the session lives."""
    REFUSED = "refused"
    """It was refused at its only attempt: it is not there."""


@dataclass
class Write:
    """One write and its key; `answer` is the id that the acknowledgement gave."""

    kind: str
    key: str
    outcome: Outcome = Outcome.UNKNOWN
    answer: str = ""
    attempts: int = 0


@dataclass
class Visit:
    """One session as its visitor knows it."""

    session_id: str
    tenant: str
    account_type: str
    token: str
    canary: str
    writes: list[Write] = field(default_factory=list)
    over: str = ""
    """The answer that told the visitor that it is over; none did while this is empty."""
    unclear: bool = False
    """A reset or an end had no clear answer: of its writes nothing more is known."""

    @property
    def ended(self) -> bool:
        """Whether the visitor was told that it is over."""
        return bool(self.over)

    @property
    def schema(self) -> str:
        """The name of its schema."""
        return f"demo_{self.tenant.replace('-', '')}"


@dataclass(frozen=True)
class Failure:
    """An answer that should not be: a 5xx, or none at all."""

    at: float
    request: str
    status: int
    code: str
    retry_after: bool
    seconds: float
    during: str = ""

    @property
    def kind(self) -> str:
        """Its status, or that it was cut."""
        return str(self.status) if self.status else CUT


class History:
    """All visits and failures; many visitors write it at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.visits: list[Visit] = []
        self.opening: Counter[str] = Counter()
        """Attempts to open a session, by outcome."""
        self.acknowledged: Counter[str] = Counter()
        """Writes that were acknowledged, by kind; a reset may have taken some back."""
        self.repeated: Counter[str] = Counter()
        """Those of them that were sent more than once."""
        self.leads: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        """Answers, by class of status."""
        self.failures: list[Failure] = []
        self.leaks: list[str] = []
        """Answers with another visitor's canary."""
        self.wrong: list[str] = []
        """What experiments that look for themselves saw, and should not have."""
        self.spoiled: list[str] = []
        """Sessions whose data an experiment took away: they fail as soon as that is noticed."""
        self.revived: list[str] = []
        """Answers of sessions that were over."""
        self.ends: list[str] = []
        """Processes that ended, and were not killed."""
        self.failed_jobs: set[str] = set()
        """Jobs that failed for good, as far as they were looked for."""
        self.during = ""
        """The experiment that is under way."""

    def add_visit(self, visit: Visit) -> None:
        """Note a session that was opened."""
        with self._lock:
            self.visits.append(visit)

    def count(self, counter: "Counter[str]", what: str) -> None:
        """Add one to a counter."""
        with self._lock:
            counter[what] += 1

    def note_failure(
        self, request: str, status: int, code: str, retry_after: bool, seconds: float
    ) -> None:
        """Note an answer that an experiment has to allow."""
        failure = Failure(
            time.monotonic(), request, status, code, retry_after, seconds, self.during
        )
        with self._lock:
            self.failures.append(failure)

    def open_visits(self) -> list[Visit]:
        """Return the visits whose visitors were not told of their end."""
        with self._lock:
            return [visit for visit in self.visits if not visit.ended]

    def ended_visits(self) -> list[Visit]:
        """Return the visits that are over."""
        with self._lock:
            return [visit for visit in self.visits if visit.ended]
