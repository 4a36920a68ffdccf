"""Adds security headers to every answer, and CORS for a list of sites."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
INLINE_PAGES = {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "manifest-src": "'none'",
    "form-action": "'none'",
}
"""What differs for rq-dashboard: its pages have inline scripts, its templates become functions."""

HSTS = "max-age=31536000; includeSubDomains"
PREFLIGHT_SECONDS = "600"
ALLOWED_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Demo-Session-Id"
)
ALLOWED_METHODS = "GET, HEAD, POST, PUT"
EXPOSED_HEADERS = (
    "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After,"
    " X-Request-Id"
)


class SecurityHeaders:
    """WSGI middleware that adds security headers, and CORS for a list of origins.

    CORS never allows cookies: a page of another site sends a token.

    Args:
        app: the application that answers.
        origins: sites whose pages may call the API; none by default.
        inline: path prefixes of pages that need `INLINE_PAGES`.
    """

    def __init__(
        self, app: WSGIApplication, *, origins: Sequence[str] = (), inline: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._inline = tuple(inline)
        self._ours = {
            (is_inline, is_tls): tuple(_security(INLINE_PAGES if is_inline else {}, is_tls))
            for is_inline in (False, True)
            for is_tls in (False, True)
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a preflight request, or pass on the app's answer with the headers added."""
        is_inline = environ.get("PATH_INFO", "").startswith(self._inline)
        ours = self._ours[is_inline, environ.get("wsgi.url_scheme") == "https"]
        cors = self._cors(environ)

        def respond(status: str, given: list[tuple[str, str]], *rest: Any) -> Callable[..., object]:
            names = {name.lower() for name, _ in given}
            added = [item for item in ours if item[0].lower() not in names]
            return start_response(status, [*given, *added, *cors], *rest)

        is_preflight = (
            environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
            and len(cors) > 1
        )
        if is_preflight:
            respond("204 No Content", [])
            return []
        return self._app(environ, respond)

    def _cors(self, environ: WSGIEnvironment) -> list[tuple[str, str]]:
        if not self._origins:
            return []
        origin = environ.get("HTTP_ORIGIN")
        if origin not in self._origins:
            return [("Vary", "Origin")]
        return [
            ("Vary", "Origin"),
            ("Access-Control-Allow-Origin", str(origin)),
            ("Access-Control-Allow-Methods", ALLOWED_METHODS),
            ("Access-Control-Allow-Headers", ALLOWED_HEADERS),
            ("Access-Control-Expose-Headers", EXPOSED_HEADERS),
            ("Access-Control-Max-Age", PREFLIGHT_SECONDS),
        ]


def _security(changes: Mapping[str, str], is_tls: bool) -> Iterable[tuple[str, str]]:
    policy = {**CONTENT_SECURITY_POLICY, **changes}
    yield "Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items())
    yield "X-Content-Type-Options", "nosniff"
    yield "Referrer-Policy", "strict-origin-when-cross-origin"
    yield "X-Frame-Options", "DENY"
    yield "Cross-Origin-Opener-Policy", "same-origin"
    yield "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
    if is_tls:
        yield "Strict-Transport-Security", HSTS
