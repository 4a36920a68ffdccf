"""Refuses requests that another site makes a browser send with the visitor's cookie."""

from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

from werkzeug.exceptions import BadRequest
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_host

from gateway.errors import Refused
from gateway.http.paths import READ_METHODS
from gateway.messages import CSRF_REFUSED
from gateway.sessions.credentials import Source

_DEFAULT_PORTS = {"http": 80, "https": 443}
_FORM = "application/x-www-form-urlencoded"


def ensure_same_origin(environ: WSGIEnvironment, source: Source) -> None:
    """Refuse a changing request that another site may have sent.

    Only cookies are at risk: a browser adds them by itself, but no headers. `Sec-Fetch-Site`
    decides, or `Origin` where it is missing; with neither, the request is refused. The body has to
    be JSON, which a form cannot send.

    Raises:
        Refused: the request may come from another site.
    """
    if source is not Source.COOKIE or environ["REQUEST_METHOD"] in READ_METHODS:
        return
    site = environ.get("HTTP_SEC_FETCH_SITE")
    same = site in ("same-origin", "none") if site is not None else _is_own_origin(environ)
    if not same or not _is_json_or_nothing(environ):
        raise Refused(CSRF_REFUSED)


def ensure_own_form(environ: WSGIEnvironment) -> None:
    """Refuse a form that was not sent by a page of this origin, with a session or without one.

    Without a session too: a form of another site could open one in a visitor's browser. A browser
    says in `Sec-Fetch-Site` or `Origin` where a form comes from, and no page can change either.
    A body that is no URL-encoded form is refused.

    Raises:
        Refused: the form may come from another site, or is none.
    """
    if environ["REQUEST_METHOD"] in READ_METHODS:
        return
    site = environ.get("HTTP_SEC_FETCH_SITE")
    same = site == "same-origin" if site is not None else _is_own_origin(environ)
    kind, _ = parse_options_header(environ.get("CONTENT_TYPE", ""))
    if not same or not (kind == _FORM or (not kind and _has_no_body(environ))):
        raise Refused(CSRF_REFUSED)


def _is_own_origin(environ: WSGIEnvironment) -> bool:
    try:
        origin = urlsplit(environ.get("HTTP_ORIGIN", ""))
        own = urlsplit(f"{origin.scheme}://{get_host(environ)}")
        default = _DEFAULT_PORTS[origin.scheme]
        if environ["wsgi.url_scheme"] == "https" and origin.scheme != "https":
            return False
        return (origin.hostname, origin.port or default) == (own.hostname, own.port or default)
    except (ValueError, KeyError, BadRequest):
        return False


def _is_json_or_nothing(environ: WSGIEnvironment) -> bool:
    kind, _ = parse_options_header(environ.get("CONTENT_TYPE", ""))
    if kind == "application/json":
        return True
    return not kind and _has_no_body(environ)


def _has_no_body(environ: WSGIEnvironment) -> bool:
    empty = environ.get("CONTENT_LENGTH") in (None, "", "0")
    return empty and "HTTP_TRANSFER_ENCODING" not in environ
