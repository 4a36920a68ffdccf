"""What a browser is told to refuse, on every answer; and which other sites may ask."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

OUR_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
OTHERS_PAGES = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For rq-dashboard: its script is written into each page, and its templates become functions."""

HSTS = "max-age=31536000; includeSubDomains"
PREFLIGHT_SECONDS = "600"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Demo-Session-Id"
ALLOWED_METHODS = "GET, HEAD, POST, PUT"
EXPOSED_HEADERS = "Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"


class SecurityHeaders:
    """WSGI middleware that adds security headers, and CORS for a list of origins.

    CORS never allows cookies: another site's page shows a token.

    Args:
        app: what answers.
        origins: sites whose pages may call the API; none by default.
        inline: path prefixes of pages that are not ours and have inline scripts.
    """

    def __init__(
        self, app: WSGIApplication, *, origins: Sequence[str] = (), inline: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._inline = tuple(inline)
        self._ours = {
            (is_inline, is_tls): tuple(_security(OTHERS_PAGES if is_inline else OUR_PAGES, is_tls))
            for is_inline in (False, True)
            for is_tls in (False, True)
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or have the app answer, with our headers."""
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


def _security(policy: str, is_tls: bool) -> Iterable[tuple[str, str]]:
    yield "Content-Security-Policy", policy
    yield "X-Content-Type-Options", "nosniff"
    yield "Referrer-Policy", "strict-origin-when-cross-origin"
    yield "X-Frame-Options", "DENY"
    yield "Cross-Origin-Opener-Policy", "same-origin"
    yield "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
    if is_tls:
        yield "Strict-Transport-Security", HSTS
