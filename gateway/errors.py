"""The gateway's exceptions and the one JSON error body (RFC 9457) in which it refuses."""

import json
from collections.abc import Callable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway.messages import Refusal

RefusalPages = Callable[[Refusal, WSGIEnvironment], WSGIApplication | None]
"""Gives a refusal as a page, or None for a client that is better answered in JSON."""


class GatewayError(Exception):
    """Base class of this package's exceptions."""


class InvalidToken(GatewayError):
    """The token is malformed, forged, or was issued for another use."""


class ExpiredToken(GatewayError):
    """The token is genuine and has expired; `session_id` is what it carries."""

    def __init__(self, session_id: str) -> None:
        super().__init__("the token has expired")
        self.session_id = session_id


class SessionForgotten(GatewayError):
    """The session was destroyed; a record of it in any store is out of date."""


class SessionsUnavailable(GatewayError):
    """The session could not be looked up: Redis did not settle it and the database failed."""


class InvalidSignature(GatewayError):
    """The tenant that a request names was not signed for it by the gateway."""


class InvalidPolicy(GatewayError):
    """A policy file is missing or wrong; the message names the file, the key and the remedy."""


class Refused(GatewayError):
    """The request is refused; `refusal` is the answer.

    `ended` is the id of the session that its credential is good for, where that is over.
    """

    def __init__(self, refusal: Refusal, ended: str | None = None) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.ended = ended


def problem(
    refusal: Refusal, environ: WSGIEnvironment, start_response: StartResponse
) -> list[bytes]:
    """Answer with the refusal as `application/problem+json`; `HEAD` gets its headers only."""
    phrase = HTTPStatus(refusal.status).phrase
    body = json.dumps(
        {
            "type": f"urn:masa-madre:{refusal.code}",
            "title": phrase,
            "status": refusal.status,
            "code": refusal.code,
            "detail": refusal.detail,
        }
    ).encode()
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", "Bearer"))
    if refusal.retry_after is not None:
        headers.append(("Retry-After", str(refusal.retry_after)))
    start_response(f"{refusal.status} {phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
