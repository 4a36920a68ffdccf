"""The texts of the pages and their catalogues: `bin/update-translations` brings these to the code.

A text is one that `_`, `ngettext` or `{% trans %}` translates where it is called, one that `N_`
marks, a sentence with which a request is refused, or one of a policy file or of a tour.
"""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.language.catalogues import PLACE, codes_in

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "app/web/translations"
FOLDERS = ("app", "gateway")
FOR_OPERATORS = ("app/control/operators/", "app/ops/", "app/local/")
"""What only operators read is in English."""
REFUSALS = ("NotFound", "Forbidden", "InvalidRequest", "Conflict", "Unauthorized", "Unavailable")
KEYWORDS = (
    {name: spec for name, spec in DEFAULT_KEYWORDS.items() if name in ("_", "N_", "ngettext")}
    | dict.fromkeys((*REFUSALS, "PreconditionFailed", "NotAcceptable", "TooManyRequests"))
    | {"Refusal": (3,), "own_error": (2,), "refused": (2,), "add": (2,)}
)
"""The functions whose arguments are texts, with the places of those."""
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The same date in every catalogue: two branches do not differ by it."""


def extract() -> Catalog:
    """Return all texts of the code, each once."""
    catalog = Catalog(charset="utf-8", creation_date=WRITTEN, fuzzy=False)
    for file, message in sorted(_found(), key=lambda found: found[0]):
        catalog.add(message, locations=[(file, None)])
    return catalog


def _found() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for folder in FOLDERS:
        texts = extract_from_dir(ROOT / folder, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
        for name, _, message, _, _ in texts:
            place = f"{folder}/{name}"
            if not place.startswith(FOR_OPERATORS) and not _is_code(message):
                yield place, message
    for file in ("app/policy.toml", "app/bakery/policy.toml"):
        for rule in tomllib.loads((ROOT / file).read_text(encoding="utf-8"))["rules"]:
            if "message" in rule:
                yield file, rule["message"]
    yield from _of_tours()


def _of_tours() -> Iterator[tuple[str, str]]:
    for path in (*ROOT.glob("seeds/tours/*.toml"), *ROOT.glob("seeds/scenarios/*/tour.toml")):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        for part in (file, *file.get("steps", ()), *file.get("deeds", {}).values()):
            for key in ("title", "invitation", "text"):
                if key in part:
                    yield path.relative_to(ROOT).as_posix(), part[key]


def _is_code(message: str | tuple[str, ...]) -> bool:
    """Return True for an argument that is no sentence: a name, or what joins sentences."""
    if not isinstance(message, str):
        return False
    is_name = message.isascii() and message.replace("_", "").islower() and " " not in message
    return is_name or not message.strip()


def read(code: str) -> Catalog:
    """Return the catalogue of a language as it is kept."""
    with (FOLDER / code / PLACE).open("rb") as file:
        return read_po(file)


def updated(code: str) -> Catalog:
    """Return the catalogue of a language with the texts of the code, and no others."""
    catalog = read(code)
    catalog.update(extract(), no_fuzzy_matching=True)
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
