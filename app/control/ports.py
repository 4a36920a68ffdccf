"""What the session service needs from outside; `wsgi.py` and `jobs.services` hand it in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from redis import RedisError

from app.control.reset.status import ResetStatus
from app.control.sessions.session_view import SessionView

log = structlog.get_logger(__name__)


class SessionCache(Protocol):
    """The gateway's store of sessions."""

    def put(self, session: SessionView, *, new: bool = False) -> None:
        """Store the session as it is now; a `new` one only if none is stored."""

    def forget(self, session_id: str) -> None:
        """Have the gateway refuse the session, or a guest's link, from now on."""


class TokenIssuer(Protocol):
    """Makes the token that a visitor shows at the gateway."""

    def issue(self, session_id: str, expires_at: datetime) -> str:
        """Return a token for the session that is valid until `expires_at`."""

    def issue_for_share(self, share: UUID, expires_at: datetime) -> str:
        """Return a guest's token, which names a share link."""


class Dispatcher(Protocol):
    """Enqueues work. It is called after commit, and calling it twice does no harm."""

    def clone(self, tenant_id: UUID) -> None:
        """Clone the schema of a tenant that a visitor waits for."""

    def drop(self, tenant_id: UUID) -> None:
        """Drop the schema of a tenant that is out of use."""

    def refill(self, account_type: str) -> None:
        """Fill the pool of a template."""

    def work_on_scenario(self, scenario: UUID) -> None:
        """Save or delete a scenario, as its row says."""

    def reset(self, session: UUID) -> None:
        """Reset the data of a session; a reset that is under way is joined."""

    def find_reset(self, session: UUID) -> ResetStatus | None:
        """Return how the session's last reset stands; None when nothing is known of one."""

    def withdraw_reset(self, session: UUID) -> bool:
        """Take a reset that no worker has begun off its queue; return whether it was there."""

    def has_busy_worker(self) -> bool:
        """Tell whether a worker that will get to a queued reset is at another job."""


class BackgroundTasks(Protocol):
    """Runs tasks that no caller waits for. Cleanup repeats those that are lost."""

    def submit(self, name: str, task: Callable[[], object]) -> None:
        """Run the task soon; it replaces a task of the same name that waits."""


class EventTaker(Protocol):
    """Takes note of what happens in visits; `app.insights.events.kinds` declares the kinds."""

    def record(self, kind: str, session: UUID | None = None, **details: Any) -> None:
        """Take an event. It returns at once and never raises."""


class Maintenance(Protocol):
    """The maintenance that the scheduler runs, and operators can run by hand."""

    def cleanup(self) -> dict[str, int]:
        """End expired sessions, drop what is out of use, and return the counts."""

    def reconcile(self, dry_run: bool = False) -> list[dict[str, Any]]:
        """Compare the rows, schemas and records, repair what differs, and return the findings."""


def try_dispatch(what: str, dispatch: Callable[..., object], *args: object) -> None:
    """Enqueue work by calling `dispatch`. Without Redis it is logged and left to cleanup."""
    try:
        dispatch(*args)
    except RedisError as error:
        log.warning(
            "work not handed over",
            action="dispatch_failed",
            what=what,
            error=type(error).__name__,
        )
