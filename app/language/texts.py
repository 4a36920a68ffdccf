"""Texts in the language of the request: `_` translates where it is called, `N_` only marks.

A sentence that is kept (a table of labels, a list's title, an error's message) is marked with `N_`
and translated with `_` where it is drawn. Outside of a page every text is in Spanish.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.language.catalogues import SPANISH, Language

_current: ContextVar[Language] = ContextVar("language", default=SPANISH)


def current_language() -> Language:
    """Return the language of this request's page; Spanish outside of one."""
    return _current.get()


def set_language(language: Language) -> None:
    """Begin a request in a language, or go back to Spanish after it."""
    _current.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Write texts in a language until the block ends."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str, /, **values: object) -> str:
    """Return a text in the current language, with its `%(name)s` filled in.

    Without values a `%` in the message stands for itself. An empty text stays empty.
    """
    text = current_language().translations.gettext(message) if message else ""
    return text % values if values else text


def pgettext(context: str, message: str, /) -> str:
    """Return a text whose Spanish has more than one meaning; the context says which is meant."""
    return current_language().translations.pgettext(context, message)


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Return the form of a text that fits a number, which is its `%(num)s`."""
    language = current_language()
    text = language.translations.ngettext(one, many, number)
    return text % ({"num": f"{number:,}".replace(",", language.group)} | values)


def N_(message: str) -> str:
    """Mark a text for the catalogue, and return it as it is."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:
    """Mark the forms of a text for a number of things, to be given to `ngettext`."""
    return one, many


_ = gettext
