"""Answers a proxy (nginx, Traefik or Envoy) that asks whether a request may pass."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway.http.inject import TENANT_HEADER
from gateway.verification.signature import TenantSigner
from gateway.wsgi import Gateway

PREFIX = "/gateway/verify"

QUESTIONS: dict[str, tuple[str, str] | None] = {
    "nginx": ("HTTP_X_ORIGINAL_METHOD", "HTTP_X_ORIGINAL_URI"),  # set by its configuration
    "traefik": ("HTTP_X_FORWARDED_METHOD", "HTTP_X_FORWARDED_URI"),
    "envoy": None,  # the question is the request itself, behind the prefix
}
"""The headers in which each proxy names the method and the address of the request it asks about."""

_ANSWERS = (204, 401, 403)
"""Statuses that nginx understands; another refusal becomes 403, with its own in the body."""


class Verification:
    """WSGI app: 204 with the tenant and its signature, or 401 or 403 with the sentence.

    The question is the request that the proxy got, without its body. Only the headers of the proxy
    that asks are believed: another proxy's pass through it as its client sent them. A question
    without them is refused with 401 or 403, as an address outside the policy is.

    Args:
        gateway: the real one; its collaborators judge what is asked about.
        signer: signs the tenant.
        otherwise: answers what is not below the prefix.
        proxy: the one that asks, a key of `QUESTIONS`.
    """

    def __init__(
        self,
        gateway: Gateway,
        signer: TenantSigner,
        otherwise: WSGIApplication,
        *,
        proxy: str = "nginx",
    ) -> None:
        self._headers = QUESTIONS[proxy]
        self._gateway = gateway.with_app(self._grant)
        self._signer = signer
        self._otherwise = otherwise

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Judge the request that is asked about."""
        path: str = environ.get("PATH_INFO", "")
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            return self._otherwise(environ, start_response)
        return self._gateway(self._question(environ), _understandable(start_response))

    def _question(self, environ: WSGIEnvironment) -> WSGIEnvironment:
        """Return the environ of the request that the proxy asks about."""
        asked: WSGIEnvironment = dict(environ)
        if self._headers is None:
            target = _target(environ)
        else:
            method, uri = self._headers
            target = environ.get(uri, "")
            # A request without a method is refused: so is a question that lacks a header.
            asked["REQUEST_METHOD"] = environ.get(method, "") if target else ""
        path, _, query = target.partition("?")
        asked["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        asked["SCRIPT_NAME"] = ""
        asked["QUERY_STRING"] = query
        asked["RAW_URI"] = asked["REQUEST_URI"] = target
        return asked

    def _grant(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = [("Cache-Control", "no-store")]
        tenant = environ.get(TENANT_HEADER)
        if tenant is not None:
            path = environ["PATH_INFO"].encode("latin-1").decode()
            signature = self._signer.sign(tenant, environ["REQUEST_METHOD"], path)
            headers += [("X-Tenant-Id", tenant), ("X-Tenant-Signature", signature)]
        start_response("204 No Content", headers)
        return []


def _target(environ: WSGIEnvironment) -> str:
    """Return what follows the prefix in the address of this request itself."""
    own: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]
    return own.partition(PREFIX)[2] or "/"


def _understandable(start_response: StartResponse) -> StartResponse:
    def respond(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        code = int(status.partition(" ")[0])
        if code not in _ANSWERS and code < 500:
            status = "403 Forbidden"
        return start_response(status, headers, *rest)

    return respond
