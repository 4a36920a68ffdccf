"""One visit, as its events tell it: what came of it, when its first action was, where it ended."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.insights.ingest.stream import Event

ACTIONS = frozenset({"acted", "sold", "ordered"})
STEPS = frozenset({"opened_module", "tour_step", *ACTIONS})
"""Events that make a visit known: they may come before the one that says it was created."""
BOUNDED = STEPS | {"refused"}
"""Events that a visit may have without end, of which so many are kept."""
PRESENT = frozenset({"created", "extended", "reset", "shared", "left_contact", *STEPS})
"""Events that the visitor was there for."""
LANGUAGES = frozenset({"es", "ca", "eu", "gl", "en", "fr", "de", "it", "pt"})
OTHER, DIRECT, UNKNOWN = "other", "direct", "unknown"
GOOD = "ok"


@dataclass(slots=True)
class Visit:
    """A row of `control.visits`. Its events may come in any order, each once."""

    session: UUID
    first_at: datetime
    last_at: datetime
    """When the visitor last did something."""
    created_at: datetime | None = None
    first_action_at: datetime | None = None
    account_type: str = ""
    scenario: str = ""
    source: str = ""
    campaign: str = ""
    language: str = ""
    device: str = ""
    waited: bool = False
    toured: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    modules: dict[str, list[int]] = field(default_factory=dict)
    """The pages that were opened of each module, and the actions there."""
    last_module: str | None = None
    last_page: str | None = None
    ended_by: str | None = None
    events: int = 0

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> "Visit":
        """Return the visit that a row holds."""
        values = dict(row)
        values["counts"] = Counter(values["counts"])
        return cls(**values)

    def as_row(self) -> dict[str, Any]:
        """Return the row, for JSON."""
        plain = {"session": str(self.session), "counts": dict(self.counts)}
        return asdict(self) | plain | self._moments()

    def add(self, event: Event) -> None:
        """Take in one more of its events."""
        self.events += 1
        self.counts[event.kind] += 1
        self.first_at = min(self.first_at, event.at)
        if event.kind == "created":
            self.created_at = event.at
            self.waited = bool(event.details.get("waited"))
            self.account_type = event.details["account_type"]
            for name, value in dimensions(event.details).items():
                setattr(self, name, value)
            self.campaign = event.details.get("campaign", "")
        elif event.kind == "tour_step" and event.details.get("finished"):
            self.toured = True
        self._step(event)
        if event.kind in PRESENT:
            self.last_at = max(self.last_at, event.at)

    def _step(self, event: Event) -> None:
        module = event.details.get("module")
        if module is None:
            return
        pages_and_acts = self.modules.setdefault(module, [0, 0])
        pages_and_acts[event.kind in ACTIONS] += 1
        if event.kind in ACTIONS and event.details.get("outcome", GOOD) == GOOD:
            earlier = self.first_action_at
            self.first_action_at = event.at if earlier is None else min(event.at, earlier)
        if event.at >= self.last_at or self.last_module is None:
            self.last_module, self.last_page = module, event.details.get("page")

    def _moments(self) -> dict[str, str | None]:
        names = ("first_at", "last_at", "created_at", "first_action_at")
        moments = {name: getattr(self, name) for name in names}
        return {name: at and at.isoformat() for name, at in moments.items()}


def link_source(code: str) -> str:
    """Return the source of the visits that a prospect link brings."""
    return f"link:{code}"


def dimensions(details: Mapping[str, Any]) -> dict[str, str]:
    """Return what visits are told apart by, of an event that has a source."""
    link = details.get("link")
    source = link_source(link) if link else details.get("source") or details.get("referrer")
    language = details.get("language", UNKNOWN)
    return {
        "scenario": details.get("scenario", ""),
        "source": source or DIRECT,
        "language": language if language in {*LANGUAGES, UNKNOWN} else OTHER,
        "device": details.get("device", UNKNOWN),
    }
