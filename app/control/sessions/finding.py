"""Finds sessions in the control tables, by their secret or by their row."""

from uuid import UUID

from sqlalchemy import Engine

from app.control.models import SessionStatus
from app.control.sessions.refusals import over
from app.control.sessions.session_view import SessionView, session_view
from app.errors import Conflict, NotFound
from app.sql_blocks import load_statements

_SQL = load_statements("app.control", "sessions")
FIND, FIND_ROW = _SQL["find_session"], _SQL["find_by_row"]
_FIND_AWAITED, _FIND_PLACE = _SQL["find_awaited_tenant"], _SQL["find_place"]


class SessionFinder:
    """Reads sessions. One whose time is over is `expired` even before cleanup says so."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, session_id: str) -> SessionView | None:
        """Return the session or None."""
        with self._engine.connect() as connection:
            return _view(connection.execute(FIND, {"session_id": session_id}).one_or_none())

    def find_row(self, session: UUID) -> SessionView | None:
        """Return the session with this row, or None: for a guest, who has no secret of it."""
        with self._engine.connect() as connection:
            return _view(connection.execute(FIND_ROW, {"id": session}).one_or_none())

    def fetch(self, session_id: str) -> SessionView:
        """Return the session.

        Raises:
            NotFound: the session does not exist.
        """
        return _ensure_known(self.find(session_id))

    def fetch_row(self, session: UUID) -> SessionView:
        """Return the session with this row.

        Raises:
            NotFound: the session does not exist.
        """
        return _ensure_known(self.find_row(session))

    def fetch_active(self, session_id: str) -> SessionView:
        """Return the session while it is active.

        Raises:
            NotFound: it does not exist.
            Conflict: it is not ready yet.
            Unauthorized: it is over.
        """
        session = self.fetch(session_id)
        if session.status is SessionStatus.PENDING:
            raise Conflict("Tu demo se está preparando todavía.", code="session_pending")
        if session.status is not SessionStatus.ACTIVE:
            raise over()
        return session

    def fetch_open(self, session_id: str) -> SessionView:
        """Return the session while it is pending or active.

        Raises:
            Unauthorized: it is over, or does not exist.
        """
        return _ensure_open(self.find(session_id))

    def fetch_open_row(self, session: UUID) -> SessionView:
        """Return the session with this row, as `fetch_open` does."""
        return _ensure_open(self.find_row(session))

    def awaited_tenant(self, session: SessionView) -> UUID | None:
        """Return the tenant that was registered for the session and is being cloned."""
        with self._engine.connect() as connection:
            return connection.execute(
                _FIND_AWAITED, {"demo_session_id": session.id}
            ).scalar_one_or_none()

    def place_in_queue(self, session: SessionView) -> int:
        """Return the place of a session that waits, from 1; 0 if it does not wait any more."""
        with self._engine.connect() as connection:
            return connection.execute(_FIND_PLACE, {"id": session.id}).scalar_one_or_none() or 0


def _ensure_known(found: SessionView | None) -> SessionView:
    if found is None:
        raise NotFound("No conocemos esta demo. Abre una nueva.", code="session_unknown")
    return found


def _ensure_open(found: SessionView | None) -> SessionView:
    if found is None or not found.is_open:
        raise over()
    return found


def _view(row: object) -> SessionView | None:
    if row is None:
        return None
    session = session_view(row)
    is_over: bool = row.is_over  # type: ignore[attr-defined]
    return session.as_expired() if is_over and session.is_open else session
