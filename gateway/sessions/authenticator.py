"""Turns a credential into a session that has time left, or into a refusal."""

from wsgiref.types import WSGIEnvironment

from gateway.errors import Refused, SessionForgotten, SessionsUnavailable
from gateway.limits.guards import FailedCredentials
from gateway.messages import (
    SESSION_DESTROYED,
    SESSION_EXPIRED,
    SESSION_FAILED,
    SESSION_PENDING,
    SESSION_UNKNOWN,
    TOKEN_INVALID,
    UNAVAILABLE,
)
from gateway.sessions.credentials import Credential, Source, find_credential
from gateway.sessions.record import Clock, SessionRecord
from gateway.sessions.store import Sessions
from gateway.sessions.tokens import SessionTokens

_GUESSES = (TOKEN_INVALID, SESSION_UNKNOWN)
_ENDED = {
    "expired": SESSION_EXPIRED,
    "destroyed": SESSION_DESTROYED,
    "failed": SESSION_FAILED,
}


class Authenticator:
    """Says who sends a request."""

    def __init__(
        self,
        tokens: SessionTokens,
        sessions: Sessions,
        clock: Clock,
        failures: FailedCredentials | None = None,
    ) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._clock = clock
        self._failures = failures

    def find(self, environ: WSGIEnvironment) -> Credential | None:
        """The request's credential, or None when it brings none; see `find_credential`."""
        try:
            credential = find_credential(environ, self._tokens)
        except Refused as refused:
            if self._failures and refused.refusal in _GUESSES:
                self._failures.note(environ)
            raise
        # An id is proof only when it is found; a token proves itself.
        if self._failures and credential and credential.source is Source.HEADER:
            self._failures.check(environ)
        return credential

    def identify(self, credential: Credential, environ: WSGIEnvironment) -> SessionRecord:
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
            if self._failures:
                self._failures.note(environ)
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
