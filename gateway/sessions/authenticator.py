"""Turns a request's credential into a session that has time left, or refuses it."""

from wsgiref.types import WSGIEnvironment

from gateway.errors import Refused, SessionForgotten, SessionsUnavailable
from gateway.limits.guards import FailedCredentials
from gateway.messages import (
    SESSION_DESTROYED,
    SESSION_EXPIRED,
    SESSION_FAILED,
    SESSION_PENDING,
    SESSION_UNKNOWN,
    SHARE_CLOSED,
    SHARED_NOT_YOURS,
    SHARED_READ_ONLY,
    TOKEN_INVALID,
    UNAVAILABLE,
    Refusal,
)
from gateway.sessions.credentials import Credential, Source, find_credential
from gateway.sessions.record import Clock, SessionRecord, is_share_id
from gateway.sessions.store import Sessions
from gateway.sessions.tokens import SessionTokens

_GUESSES = (TOKEN_INVALID, SESSION_UNKNOWN)
_ENDED = {
    "expired": SESSION_EXPIRED,
    "destroyed": SESSION_DESTROYED,
    "failed": SESSION_FAILED,
}


class Authenticator:
    """Finds the session that sends a request, and counts bad credentials by address."""

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
        """Return the request's credential, or None without one; see `find_credential`.

        Raises:
            Refused: the credential is not good, or its address sent too many bad ones.
        """
        try:
            credential = find_credential(environ, self._tokens)
        except Refused as refused:
            if self._failures and refused.refusal in _GUESSES:
                self._failures.record(environ)
            raise
        # An id is proof only when it is found; a token proves itself.
        if self._failures and credential and credential.source is Source.HEADER:
            self._failures.check(environ)
        return credential

    def identify(self, credential: Credential, environ: WSGIEnvironment) -> SessionRecord:
        """Return the credential's session: pending or active, with time left by `clock`.

        Raises:
            Refused: there is no such session, it is over, or it could not be looked up.
        """
        try:
            record = self._sessions.get(credential.session_id)
        except SessionForgotten:
            raise _over(credential, SESSION_DESTROYED) from None
        except SessionsUnavailable:
            raise Refused(UNAVAILABLE) from None
        if record is None:
            if self._failures:
                self._failures.record(environ)
            raise Refused(SESSION_UNKNOWN)
        if record.status in _ENDED:
            raise _over(credential, _ENDED[record.status])
        if self._clock() >= record.expires_at:
            raise _over(credential, SESSION_EXPIRED)
        return record


def _over(credential: Credential, refusal: Refusal) -> Refused:
    """Return the refusal of a credential whose session is over. A guest's link may be closed."""
    is_guests = is_share_id(credential.session_id)
    return Refused(SHARE_CLOSED if is_guests else refusal, credential.session_id)


def ensure_access(record: SessionRecord, *, changes: bool, is_owners: bool) -> None:
    """Refuse what a guest may not do.

    Raises:
        Refused: the operation is the owner's alone, or the guest may only look.
    """
    if record.access == "read" and changes:
        raise Refused(SHARED_READ_ONLY)
    if record.is_guest and is_owners:
        raise Refused(SHARED_NOT_YOURS)


def ensure_active(record: SessionRecord) -> None:
    """Refuse a session whose schema is still being cloned.

    Raises:
        Refused: the session is pending.
    """
    if record.status != "active":
        raise Refused(SESSION_PENDING)
