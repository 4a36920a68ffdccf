"""What a page says, for tests: its texts and those of its attributes, and which are not ours."""

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog

from tests.fixtures.live import ROOT
from tests.translations import texts_of_code, write_catalogue

OPEN, CLOSED = "⟦", "⟧"
BRACKETED = re.compile(f"{OPEN}[^{OPEN}{CLOSED}]*{CLOSED}")
SAID = ("alt", "aria-label", "content", "placeholder", "title")
"""The attributes that a visitor reads or hears."""
READ_ALOUD = ("description", "og:title", "og:description", "og:image:alt")
SILENT = ("script", "style", "code")
ALONE = ("meta", "link", "input", "img", "br", "circle", "rect", "line")
"""Elements that are not closed."""
LETTERS = re.compile(r"[^\W\d_]{2,}")
WRITTEN = re.compile(
    r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z][a-z]{2}( \d{4})?\b|\d\sh\b|\d\smin\b"
    r"|\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|Masa Madre|openapi\.json"
)
"""Days and times as they are written in English, and names of ours."""
SHORTEST = 4
"""Letters of a data's text that is looked for inside another."""


def bracket_every_text(folder: Path) -> Path:
    """Write a catalogue whose language, `xx`, puts each text between brackets; gives its folder."""
    catalog = Catalog(locale="en_GB")
    for message in texts_of_code():
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            bracketed = tuple(f"{OPEN}{form}{CLOSED}" for form in forms)
            text = bracketed if isinstance(message.id, tuple) else bracketed[0]
            catalog.add(message.id, text, context=message.context)
    write_catalogue(folder / "xx" / "LC_MESSAGES" / "messages.po", catalog)
    return folder


def demo_in_brackets(folder: Path) -> Path:
    """Write the file of the project's demo, in that language; gives its path."""
    text = (ROOT / "demo.toml").read_text(encoding="utf-8")
    text = re.sub(r'"(app|seeds)/', rf'"{ROOT}/\1/', text)
    text = re.sub(
        r"(?m)^translations = .*$", f'translations = "{bracket_every_text(folder)}"', text
    )
    file = folder / "demo.toml"
    file.write_text(text, encoding="utf-8")
    return file


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        quiet = tag in SILENT or ("lang" in given and tag != "html")
        if tag not in ALONE:
            self._open.append((tag, quiet))
        unsaid = tag == "meta" and given.get("property", given.get("name")) not in READ_ALOUD
        if not self._is_quiet and not unsaid:
            self.found += [given[name] or "" for name in SAID if name in given]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_quiet:
            self.found.append(data)

    @property
    def _is_quiet(self) -> bool:
        return any(quiet for _, quiet in self._open)


def not_ours(html: str, data: Collection[str]) -> Iterator[str]:
    """Return the texts of a page in brackets that went through no catalogue and are no data."""
    rest = html
    while rest != (rest := BRACKETED.sub(" ", rest)):
        pass
    parser = _Texts()
    parser.feed(rest)
    longest = sorted((text for text in data if len(text) >= SHORTEST), key=len, reverse=True)
    for text in dict.fromkeys(" ".join(each.split()) for each in parser.found):
        left = WRITTEN.sub(" ", text)
        if left in data or not LETTERS.search(left):
            continue
        for known in longest:
            left = left.replace(known, " ")
        if LETTERS.search(left):
            yield text
