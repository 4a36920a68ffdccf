"""What the session service needs from outside: whoever joins the parts gives these to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from app.control.sessions.session_view import SessionView


class SessionCache(Protocol):
    """Where the gateway looks a session up first."""

    def put(self, session: SessionView, *, new: bool = False) -> None:
        """Make the session known, as it is now; a `new` one only if nothing is known of it."""

    def forget(self, session_id: str) -> None:
        """Have the session refused from now on."""


class TokenIssuer(Protocol):
    """Makes the token that a visitor shows at the gateway."""

    def issue(self, session_id: str, expires_at: datetime) -> str:
        """A token for the session, good until then."""


class Dispatcher(Protocol):
    """Has work done elsewhere. Called after commit; doing it twice does no harm."""

    def clone(self, tenant_id: UUID) -> None:
        """Clone the schema of a tenant that a visitor waits for."""

    def drop(self, tenant_id: UUID) -> None:
        """Drop the schema of a tenant that nobody needs any more."""

    def refill(self, account_type: str) -> None:
        """See that the template's pool is full again."""


class BackgroundTasks(Protocol):
    """Runs what no caller waits for, and what cleanup repeats when it is lost."""

    def submit(self, name: str, task: Callable[[], object]) -> None:
        """Run the task soon; it replaces a task of the same name that waits."""


class Maintenance(Protocol):
    """What operators can run by hand, and the scheduler runs by itself."""

    def cleanup(self) -> dict[str, int]:
        """End expired sessions, drop what is out of use, and return the counts."""

    def reconcile(self, dry_run: bool = False) -> list[dict[str, Any]]:
        """Compare what should be there with what is, and return what was found."""
