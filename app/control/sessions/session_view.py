"""A session as a value, and the mapper that makes it from a row of `control.demo_sessions`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.control.models import SessionStatus
from app.control.served_session import ServedSession
from app.control.tours.progress import NOT_BEGUN, TourProgress, progress_in
from app.control.visits.figures import NOTHING_DONE, VisitFigures, figures_in
from app.demo import BASE

WARNING_SECONDS = 120
"""A visitor is warned this long before the end."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a visitor chose when they opened a session, and what they said of themselves."""

    scenario: str = BASE
    features: tuple[str, ...] | None = None
    """The modules to show, by name; None shows all."""
    personal: dict[str, str] = field(default_factory=dict, repr=False)
    """Goes with the session."""
    minutes: float | None = None
    """How long the session lasts, where that is not what the settings say."""
    link: str | None = None
    """The code of the prospect link that opens it."""

    def as_metadata(self) -> dict[str, Any]:
        """Return what the session's row keeps of it."""
        kept: dict[str, Any] = {}
        if self.scenario != BASE:
            kept["scenario"] = self.scenario
        if self.features is not None:
            kept["features"] = list(self.features)
        if self.minutes is not None:
            kept["minutes"] = self.minutes
        if self.link is not None:
            kept["link"] = self.link
        return kept | ({"personal": self.personal} if self.personal else {})


NOTHING_CHOSEN = Choices()


@dataclass(frozen=True, slots=True)
class SessionView(ServedSession):
    """One session, whole."""

    extensions: int
    request_count: int
    data_cloned: bool
    failure: str | None = None
    choices: Choices = NOTHING_CHOSEN
    done: tuple[str, ...] = ()
    """What was done under keys that say that it be done once."""
    tour: TourProgress = NOT_BEGUN
    figures: VisitFigures = NOTHING_DONE
    ended_at: datetime | None = None
    message: str | None = None
    """What operators say to the visitor now."""

    @property
    def minutes(self) -> int:
        """How long it lasted, or has lasted, in whole minutes; the first one counts."""
        until = min(self.ended_at or self.read_at, self.expires_at)
        return max(1, round((until - self.created_at).total_seconds() / 60))

    def as_expired(self) -> "SessionView":
        """Return the session as it is once its time is over, before cleanup says so."""
        return replace(self, status=SessionStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session, with a token for it."""

    session: SessionView
    token: str
    reset_is_under_way: bool = False
    notice: str | None = None
    """A sentence for the visitor about what was just done."""
    is_replayed: bool = False
    """Whether it was done before, under the same key."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The visitor of a request, as far as it is stored."""

    ip_address: str | None
    user_agent: str | None
    address_digests: tuple[str, ...] = ()
    user_id: UUID | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    """Where the visit comes from, and on what: for its event, not for the session's row."""


def session_view(row: Any) -> SessionView:
    """Return the session that a SQLAlchemy row with the table's columns holds."""
    data = row._mapping
    return SessionView(
        id=data["id"],
        session_id=data["session_id"],
        account_type=data["demo_account_type"],
        tenant_id=data["virtual_tenant_id"],
        status=SessionStatus(data["status"]),
        created_at=data["created_at"],
        expires_at=data["expires_at"],
        extensions=data["extensions"],
        request_count=data["request_count"],
        data_cloned=data["data_cloned"],
        failure=data["metadata"].get("failure"),
        choices=choices_in(data["metadata"]),
        done=tuple(data["metadata"].get("once", ())),
        tour=progress_in(data["metadata"]),
        figures=figures_in(data["metadata"]),
        ended_at=data.get("destroyed_at"),
        message=message_in(data["metadata"]),
    )


def message_in(metadata: dict[str, Any]) -> str | None:
    """Return the operators' message, while it is to be shown."""
    message = metadata.get("message")
    if message is None or datetime.now(UTC).timestamp() >= message["until"]:
        return None
    return str(message["text"])


def choices_in(metadata: dict[str, Any]) -> Choices:
    """Return what the metadata of a session's row keep of a visitor's choices."""
    features = metadata.get("features")
    return Choices(
        scenario=metadata.get("scenario", BASE),
        features=None if features is None else tuple(features),
        personal=metadata.get("personal", {}),
        minutes=metadata.get("minutes"),
        link=metadata.get("link"),
    )
