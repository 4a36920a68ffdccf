"""The texts of the pages and their catalogues: `bin/update-translations` brings these to the code.

A text is one that `_`, `ngettext` or `{% trans %}` translates where it is called, one that `N_`
marks, a sentence with which a request is refused, one of a policy file or of a tour, or what stands
in a table of labels, in the navigation, or in a list of the pages.
"""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

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
FOR_OPERATORS = (
    "app/insights/live/", "app/control/operators/", "app/control/scenarios/", "app/ops/",
    "app/local/",
)  # fmt: skip
"""What only operators read is in English."""
REFUSALS = ("NotFound", "Forbidden", "InvalidRequest", "Conflict", "Unauthorized", "Unavailable")
REFUSALS += ("PreconditionFailed", "NotAcceptable", "TooManyRequests", "AppError", "Gone")
FIRST = ("_", "gettext", "N_", *REFUSALS)
PLACES: Mapping[str, tuple[int, ...]] = (
    dict.fromkeys(FIRST, (0,))
    | dict.fromkeys(("own_error", "refused", "_refuse", "_bad_line", "fetch_one"), (-1,))
    | {"Refusal": (2,), "add": (1,), "ngettext": (0, 1), "NN_": (0, 1), "pgettext": (1, 0)}
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
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    files = {path.relative_to(ROOT).as_posix(): path for path in paths}
    modules = {
        file: ast.parse(path.read_text(encoding="utf-8"))
        for file, path in files.items()
        if not file.startswith(FOR_OPERATORS)
    }
    shared = {name: texts for name, texts in _named(modules.values()).items() if name.isupper()}
    for file, module in modules.items():
        named = _named([module]) | shared
        yield from ((file, *text) for text in _of_module(module, named))
    for path in sorted((ROOT / "app/web/templates").rglob("*.html")):
        with path.open("rb") as template:
            texts = list(extract("jinja2", template, IN_TEMPLATES, options={"trimmed": "true"}))
        file = path.relative_to(ROOT).as_posix()
        yield from ((file, message, context) for _, message, _, context in texts)
    yield from ((*text, None) for text in _kept())
    for file in ("app/policy.toml", "app/bakery/policy.toml"):
        for rule in _toml(ROOT / file)["rules"]:
            if "message" in rule:
                yield file, rule["message"], None
    yield from ((*text, None) for text in (*_of_tours(), *_of_demo()))


def _of_demo() -> Iterator[tuple[str, str]]:
    """Return what is said of the account types and scenarios to choose from."""
    demo, scenarios = ROOT / "demo.toml", sorted(ROOT.glob("seeds/scenarios/*/scenario.toml"))
    for account in _toml(demo)["accounts"]:
        texts = [account["title"], account["description"], *account["features"]]
        yield from (("demo.toml", text) for text in (*texts, *account["modules"].values()))
    yield from ((path.relative_to(ROOT).as_posix(), _toml(path)["title"]) for path in scenarios)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _of_tours() -> Iterator[tuple[str, str]]:
    for path in (*ROOT.glob("seeds/tours/*.toml"), *ROOT.glob("seeds/scenarios/*/tour.toml")):
        file = _toml(path)
        for part in (file, *file.get("steps", ()), *file.get("deeds", {}).values()):
            for key in ("title", "invitation", "text"):
                if key in part:
                    yield path.relative_to(ROOT).as_posix(), part[key]


def _named(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Return the texts that names stand for, in any module: a refusal may be named in another."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            value = node.value.value
            if isinstance(value, str) and " " in value and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id].add(value)
    return found


def _of_module(
    module: ast.Module, named: Mapping[str, set[str]]
) -> Iterator[tuple[Text, str | None]]:
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        wanted = [node.args[place] for place in PLACES.get(name, ()) if place < len(node.args)]
        if len(wanted) == 1 and isinstance(wanted[0], ast.Name):
            yield from ((text, None) for text in sorted(named.get(wanted[0].id, ())))
        given = [each.value for each in wanted if isinstance(each, ast.Constant)]
        if not given or not all(isinstance(text, str) for text in given):
            continue
        if name == "pgettext":
            yield given[0], given[1]
        else:
            yield given[0] if len(given) == 1 else tuple(given), None


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
    write_catalogue(FOLDER / code / PLACE, catalog)


def write_catalogue(file: Path, catalog: Catalog) -> None:
    """Write a catalogue into a file."""
    out = BytesIO()
    write_po(out, catalog, width=100, sort_output=True, include_lineno=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(out.getvalue())


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
