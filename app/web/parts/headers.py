"""The headers of every page: it loads from this host, and nothing that is written into it."""

from flask import Response

from app.language.texts import current_language

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)


def protect(response: Response) -> Response:
    """Let a page load from this host only, and say which language it is in and what that is by."""
    if response.mimetype == "text/html":
        response.content_language.add(current_language().code)
        response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
