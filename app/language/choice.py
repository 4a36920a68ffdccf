"""Chooses a page's language: the visitor's choice in a cookie, else what the browser prefers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import WSGIEnvironment

from flask import Flask, current_app, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

from app.http.error_pages import FOR_PROGRAMS
from app.language.catalogues import SPANISH, Language, codes_in, read_language
from app.language.texts import (
    current_language,
    gettext,
    ngettext,
    pgettext,
    set_language,
    speaking,
)

KEY = "masa_madre.translations"
COOKIE = "idioma"
"""The cookie of a visitor's choice."""


@dataclass(frozen=True, slots=True)
class _Languages:
    """The languages of an application, Spanish first, and the folder of their catalogues."""

    folder: Path | None
    codes: tuple[str, ...]

    def get(self, code: str) -> Language:
        if self.folder is None or code == SPANISH.code:
            return SPANISH
        return read_language(self.folder, code)


def init_language(app: Flask, folder: Path | None) -> None:
    """Give an application's pages the languages that a folder has catalogues of."""
    translated = () if folder is None else codes_in(folder)
    app.extensions[KEY] = _Languages(folder, (SPANISH.code, *translated))
    app.before_request(_choose)
    app.teardown_request(lambda _error: set_language(SPANISH))
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension's
        gettext, lambda one, many, number: ngettext(one, many, number), newstyle=False
    )
    app.jinja_env.globals.update(
        {
            "_": gettext,
            "ngettext": ngettext,
            "pgettext": pgettext,
            "current_language": current_language,
            "languages": lambda: languages_of(app),
        }
    )


def languages_of(app: Flask) -> list[Language]:
    """Return the languages of an application, Spanish first."""
    known = _known(app)
    return [known.get(code) for code in known.codes]


def language_of(app: Flask, environ: WSGIEnvironment) -> Language:
    """Return the language that a request's answer is in: Spanish for programs."""
    if environ.get("PATH_INFO", "/").startswith(FOR_PROGRAMS):
        return SPANISH
    known = _known(app)
    chosen = parse_cookie(environ.get("HTTP_COOKIE")).get(COOKIE)
    if chosen not in known.codes:
        accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE"), LanguageAccept)
        chosen = accepted.best_match(known.codes, SPANISH.code)
    return known.get(str(chosen))


@contextmanager
def in_language_of(app: Flask, environ: WSGIEnvironment) -> Iterator[None]:
    """Answer a request in its language, where that has not been chosen yet."""
    if has_request_context():
        yield
        return
    with speaking(language_of(app, environ)):
        yield


def _choose() -> None:
    set_language(language_of(current_app, request.environ))


def _known(app: Flask) -> _Languages:
    known: _Languages = app.extensions[KEY]
    return known
