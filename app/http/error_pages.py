"""Shows an error to a person as a page, which the demo draws; programs get JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

KEY = "masa_madre.error_page"
FOR_PROGRAMS = ("/api/", "/ops/")
"""Addresses whose errors are JSON, or plain, whatever the client takes."""
OFFERS = ("application/problem+json", "application/json", "text/html")


@dataclass(frozen=True, slots=True)
class ShownError:
    """An error as its page needs it."""

    status: int
    code: str
    detail: str
    path: str
    is_read: bool
    """True if the request can be sent again by following a link."""
    headers: Mapping[str, str] = field(default_factory=dict)
    environ: WSGIEnvironment = field(default_factory=dict)


ErrorPage = Callable[[ShownError], Response]


def set_error_page(app: Flask, page: ErrorPage) -> None:
    """Give an application the function that draws its errors."""
    app.extensions[KEY] = page


def find_error_page(
    app: Flask,
    environ: WSGIEnvironment,
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str],
) -> Response | None:
    """Return an error as a page, or None where the request is better answered in JSON."""
    draw = cast("ErrorPage | None", app.extensions.get(KEY))
    path = environ.get("PATH_INFO", "/")
    if draw is None or path.startswith(FOR_PROGRAMS) or not _prefers_a_page(environ):
        return None
    is_read = environ.get("REQUEST_METHOD") in ("GET", "HEAD")
    return draw(ShownError(status, code, detail, path, is_read, headers, environ))


def _prefers_a_page(environ: WSGIEnvironment) -> bool:
    accept = parse_accept_header(environ.get("HTTP_ACCEPT"), MIMEAccept)
    return accept.best_match(OFFERS) == "text/html"
