"""A language with its texts, read from a catalogue: a `.po` file."""

from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

PLACE = "LC_MESSAGES/messages.po"
"""Where a language's catalogue is, in the folder that has the language's name."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its code in HTTP and HTML, how it writes numbers and days, its texts."""

    code: str
    locale: Locale
    translations: NullTranslations
    decimal: str
    group: str
    """What is between the whole part of a number and the rest, and between its thousands."""

    @property
    def name(self) -> str:
        """What the language calls itself: «Español»."""
        return (self.locale.get_language_name(self.locale) or self.code).capitalize()


def _language(code: str, locale: Locale, translations: NullTranslations) -> Language:
    return Language(
        code, locale, translations, get_decimal_symbol(locale), get_group_symbol(locale)
    )


SPANISH = _language("es", Locale("es", "ES"), NullTranslations())
"""The language that texts are written in: it needs no catalogue."""


def codes_in(folder: Path) -> tuple[str, ...]:
    """Return the languages that a folder has catalogues of."""
    return tuple(sorted(path.parents[1].name for path in folder.glob(f"*/{PLACE}")))


@lru_cache(maxsize=16)
def read_language(folder: Path, code: str) -> Language:
    """Read a language's catalogue, once a process.

    It is compiled in memory, so that no compiled file can differ from the one that is edited.
    """
    with (folder / code / PLACE).open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return _language(code, catalogue.locale or Locale.parse(code), GNUTranslations(compiled))
