"""Turns a credential into a session that has time left, or into a refusal."""

from wsgiref.types import WSGIEnvironment

from gateway.credentials import Credential, find_credential
from gateway.errors import Refused, SessionForgotten, SessionsUnavailable
from gateway.records import Clock, SessionRecord
from gateway.sentences import (
    SESSION_DESTROYED,
    SESSION_EXPIRED,
    SESSION_FAILED,
    SESSION_PENDING,
    SESSION_UNKNOWN,
    UNAVAILABLE,
)
from gateway.sessions import Sessions
from gateway.tokens import SessionTokens

_ENDED = {
    "expired": SESSION_EXPIRED,
    "destroyed": SESSION_DESTROYED,
    "failed": SESSION_FAILED,
}


class Authenticator:
    """Says who sends a request."""

    def __init__(self, tokens: SessionTokens, sessions: Sessions, clock: Clock) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._clock = clock

    def find(self, environ: WSGIEnvironment) -> Credential | None:
        """The request's credential, or None when it brings none; see `find_credential`."""
        return find_credential(environ, self._tokens)

    def identify(self, credential: Credential) -> SessionRecord:
        """The credential's session, pending or active, with time left by our own clock.

        Raises:
            Refused: there is no such session, it is over, or nobody could be asked.
        """
        try:
            record = self._sessions.get(credential.session_id)
        except SessionForgotten:
            raise Refused(SESSION_DESTROYED) from None
        except SessionsUnavailable:
            raise Refused(UNAVAILABLE) from None
        if record is None:
            raise Refused(SESSION_UNKNOWN)
        if record.status in _ENDED:
            raise Refused(_ENDED[record.status])
        if self._clock() >= record.expires_at:
            raise Refused(SESSION_EXPIRED)
        return record


def ensure_active(record: SessionRecord) -> None:
    """Refuse a session whose data are not there yet."""
    if record.status != "active":
        raise Refused(SESSION_PENDING)
