"""Texts in the language of the request: `_` translates where it is called, `N_` only marks.

A sentence that is kept (a table of labels, a list's title, an error's message) is marked with `N_`
and translated with `_` where it is drawn. Outside of a page every text is in Spanish.
"""

from flask import g, has_app_context

from app.language.catalogues import SPANISH, Language


def current_language() -> Language:
    """Return the language of this request's page; Spanish outside of one."""
    if not has_app_context():
        return SPANISH
    language: Language = g.get("language", SPANISH)
    return language


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
