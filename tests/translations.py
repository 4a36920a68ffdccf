"""The texts of the pages and their catalogues: `bin/update-translations` brings these to the code.

A text is one that `_`, `ngettext` or `{% trans %}` translates where it is called, one that `N_`
marks, a sentence with which a request is refused, one of a policy file or of a tour, or what stands
in a table of labels, in the navigation, or in a list of the pages.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from app import errors, validation
from app.bakery.labels import HEADINGS, LABELS
from app.control.sessions.refusals import MESSAGES as refusals
from app.language.catalogues import PLACE, codes_in
from app.web.inside.lists import ListPage
from app.web.inside.navigation import SECTIONS
from app.web.parts.notices import NOTICES
from app.web.routes import PAGES as PAGES
from app.web.visit.session import PHASES

Text = str | tuple[str, ...]
Found = tuple[str, Text, str | None]
"""A file, a text in it, and the context that tells which meaning it has."""

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "app/web/translations"
FOLDERS = ("app", "gateway")
FOR_OPERATORS = ("app/control/operators/", "app/ops/", "app/local/")
"""What only operators read is in English."""
REFUSALS = ("NotFound", "Forbidden", "InvalidRequest", "Conflict", "Unauthorized", "Unavailable")
REFUSALS += ("PreconditionFailed", "NotAcceptable", "TooManyRequests", "AppError", "Gone")
FIRST = ("_", "gettext", "N_", *REFUSALS)
PLACES: Mapping[str, tuple[int, ...]] = (
    dict.fromkeys(FIRST, (0,))
    | dict.fromkeys(("own_error", "refused", "add"), (1,))
    | {"Refusal": (2,), "ngettext": (0, 1), "NN_": (0, 1), "pgettext": (1, 0)}
)
"""The functions that take texts, with the places of those; of `pgettext`, the context's second."""
IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The same date in every catalogue: two branches do not differ by it."""


def texts_of_code() -> Catalog:
    """Return all texts of the code, each once."""
    catalog = Catalog(charset="utf-8", creation_date=WRITTEN, fuzzy=False)
    for file, message, context in sorted(_found(), key=lambda found: found[0]):
        catalog.add(message, locations=[(file, None)], context=context)
    return catalog


def _found() -> Iterator[Found]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            file = path.relative_to(ROOT).as_posix()
            if not file.startswith(FOR_OPERATORS):
                yield from ((file, *text) for text in _of_module(path))
    for path in sorted((ROOT / "app/web/templates").rglob("*.html")):
        with path.open("rb") as template:
            texts = list(extract("jinja2", template, IN_TEMPLATES, options={"trimmed": "true"}))
        file = path.relative_to(ROOT).as_posix()
        yield from ((file, message, context) for _, message, _, context in texts)
    yield from ((*text, None) for text in _kept())
    for file in ("app/policy.toml", "app/bakery/policy.toml"):
        for rule in tomllib.loads((ROOT / file).read_text(encoding="utf-8"))["rules"]:
            if "message" in rule:
                yield file, rule["message"], None
    yield from ((*text, None) for text in _of_tours())


def _of_tours() -> Iterator[tuple[str, str]]:
    for path in (*ROOT.glob("seeds/tours/*.toml"), *ROOT.glob("seeds/scenarios/*/tour.toml")):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        for part in (file, *file.get("steps", ()), *file.get("deeds", {}).values()):
            for key in ("title", "invitation", "text"):
                if key in part:
                    yield path.relative_to(ROOT).as_posix(), part[key]


def _of_module(path: Path) -> Iterator[tuple[Text, str | None]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
        wanted = [given[place] for place in PLACES.get(name, ()) if place < len(given)]
        if not wanted or not all(isinstance(text, str) for text in wanted):
            continue
        if name == "pgettext":
            yield wanted[0], wanted[1]
        else:
            yield wanted[0] if len(wanted) == 1 else tuple(wanted), None


def _kept() -> Iterator[tuple[str, Text]]:
    """Return the texts that are data: they are translated where they are drawn."""
    for labels in LABELS.values():
        yield from (("app/bakery/labels.py", text) for text in labels.values())
    yield from (("app/bakery/labels.py", text) for text in HEADINGS.values())
    yield from (("app/web/parts/notices.py", text) for text in NOTICES.values())
    yield from (("app/web/visit/session.py", text) for text in PHASES.values())
    yield from (("app/errors.py", text) for _, text in errors.MESSAGES.values())
    yield from (("app/control/sessions/refusals.py", text) for *_, text in refusals.values())
    yield from (("app/validation.py", text) for text in validation.MESSAGES.values())
    for section in SECTIONS:
        yield from (("app/web/inside/navigation.py", place.title) for place in section.places)
    for name, module in list(sys.modules.items()):
        if name.startswith("app.web."):
            pages = [each for each in vars(module).values() if isinstance(each, ListPage)]
            file = f"{name.replace('.', '/')}.py"
            yield from ((file, text) for page in pages for text in _texts_of(page) if text)


def _texts_of(page: ListPage) -> Iterator[Text]:
    yield from (page.title, page.things, page.empty, page.search)
    yield from (column.heading for column in page.columns)
    for each in page.filters:
        yield each.label
        yield from (text for _, text in each.choices)


def read(code: str) -> Catalog:
    """Return the catalogue of a language as it is kept."""
    with (FOLDER / code / PLACE).open("rb") as file:
        return read_po(file)


def updated(code: str) -> Catalog:
    """Return the catalogue of a language with the texts of the code, and no others."""
    catalog = read(code)
    catalog.update(texts_of_code(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = WRITTEN
    return catalog


def write(code: str, catalog: Catalog) -> None:
    """Keep the catalogue of a language."""
    out = BytesIO()
    write_po(out, catalog, width=100, sort_output=True, include_lineno=False)
    (FOLDER / code / PLACE).write_bytes(out.getvalue())


def main() -> None:
    """Bring every catalogue to the code, and name the texts that have no translation."""
    for code in codes_in(FOLDER):
        catalog = updated(code)
        write(code, catalog)
        for message in untranslated(catalog):
            print(f"{code}: {message}")  # noqa: T201


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts that a catalogue has no translation of."""
    return [
        str(message.id)
        for message in catalog
        if message.id and not all(message.string if message.pluralizable else [message.string])
    ]


if __name__ == "__main__":
    main()
