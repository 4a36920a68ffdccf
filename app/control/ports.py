"""What the session service needs from outside: whoever joins the parts gives these to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from app.control.records import SessionView


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


class Errands(Protocol):
    """Does what nobody has to wait for, and what somebody makes up for when it is never done."""

    def leave(self, name: str, errand: Callable[[], object]) -> None:
        """Have it done; another of the same name that still waits is replaced."""


class Maintenance(Protocol):
    """What operators can have done by hand, and the schedule has done by itself."""

    def cleanup(self) -> dict[str, int]:
        """End what is over, drop what is out of use; says how much."""

    def reconcile(self, dry_run: bool = False) -> list[dict[str, Any]]:
        """Compare what should be there with what is; says what was found."""
