"""Finds the session credential in a request."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from wsgiref.types import WSGIEnvironment

from werkzeug.http import parse_cookie

from gateway.errors import ExpiredToken, InvalidToken, Refused
from gateway.messages import (
    CONFLICTING_CREDENTIALS,
    SESSION_EXPIRED,
    SESSION_UNKNOWN,
    TOKEN_INVALID,
)
from gateway.sessions.record import is_session_id
from gateway.sessions.tokens import SessionTokens

COOKIE = "demo_session"


class Source(Enum):
    """Where a credential was found."""

    BEARER = "bearer"
    HEADER = "header"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Credential:
    """The session that a request names. Of its sources only a cookie is added by the browser."""

    session_id: str = field(repr=False)
    source: Source


def find_credential(environ: WSGIEnvironment, tokens: SessionTokens) -> Credential | None:
    """Return the request's credential, or None when it brings none.

    Precedence: `Authorization: Bearer <token>`, then `X-Demo-Session-Id: demo_…`, then the cookie
    `demo_session` with a token. The first one present decides and has to be good. Later ones are
    read only to see that they name no other session; a stale cookie beside a good header
    is ignored. A bearer must be a token; a raw session id is none.

    Raises:
        Refused: the credential is not good, or another one names another session.
    """
    presented = list(_presented(environ))
    if not presented:
        return None
    source, value = presented[0]
    session_id = _read(source, value, tokens)
    for other_source, other in presented[1:]:
        try:
            conflict = _read(other_source, other, tokens) != session_id
        except Refused:
            continue
        if conflict:
            raise Refused(CONFLICTING_CREDENTIALS)
    return Credential(session_id, source)


def _presented(environ: WSGIEnvironment) -> Iterator[tuple[Source, str]]:
    # Another scheme (`Basic`, of the ops pages) is not about sessions.
    scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        yield Source.BEARER, value.strip()
    if (header := environ.get("HTTP_X_DEMO_SESSION_ID")) is not None:
        yield Source.HEADER, header.strip()
    # One name can come with several values: a neighbouring host may have set one.
    cookies = parse_cookie(environ.get("HTTP_COOKIE", "")).getlist(COOKIE)
    yield from ((Source.COOKIE, cookie) for cookie in cookies)


def _read(source: Source, value: str, tokens: SessionTokens) -> str:
    if source is Source.HEADER:
        if not is_session_id(value):
            raise Refused(SESSION_UNKNOWN)
        return value
    try:
        return tokens.read(value)
    except ExpiredToken as expired:
        raise Refused(SESSION_EXPIRED, expired.session_id) from None
    except InvalidToken:
        raise Refused(TOKEN_INVALID) from None
