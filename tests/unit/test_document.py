"""The OpenAPI document is in Spanish, at `/docs` and in tools."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask

from app import create_app
from app.config import Settings

METHODS = {"get", "post", "put", "patch", "delete"}
TEXTS = ("summary", "description")
ENGLISH = re.compile(
    r"""\b(?:
    all|an|and|any|are|at|batch|be|by|default|each|events|first|for|from|how|in|included|is|it|its|
    last|list|next|not|of|on|one|or|order|page|response|session|show|successful|than|that|the|their|
    there|they|this|to|until|up|validation|was|what|when|which|who|whose|why|with|without
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words that no Spanish sentence has."""
INFINITIVE = re.compile(r"[A-ZÁÉÍÓÚ]\w*[aei]r(se|las?|los?)?\b.*\.", re.DOTALL)
CODE = re.compile(r"`[^`]*`")


@pytest.fixture(scope="module")
def app() -> APIFlask:
    """The application, which needs neither Postgres nor Redis to describe itself."""
    return create_app(
        Settings(
            _env_file=None,
            database_url="postgresql://nobody@127.0.0.1:1/none",
            redis_url="redis://127.0.0.1:1/0",
            jwt_secret="s" * 32,
        )
    )


@pytest.fixture(scope="module")
def document(app: APIFlask) -> dict[str, Any]:
    return app.test_client().get("/openapi.json").get_json()


def texts(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text for readers, with its place. A field may be called `description` as well."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from texts(item, f"{place}/{number}")
    if isinstance(node, dict):
        for name, value in node.items():
            if name in TEXTS and isinstance(value, str):
                yield f"{place}/{name}", value
            else:
                yield from texts(value, f"{place}/{name}")


def summaries(document: dict[str, Any]) -> dict[str, str]:
    return {
        f"{method.upper()} {path}": operation.get("summary", "")
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_every_operation_says_what_it_is_for_and_not_by_its_docstring(
    app: APIFlask, document: dict[str, Any]
) -> None:
    docstrings = {(view.__doc__ or "").partition("\n")[0] for view in app.view_functions.values()}
    found = summaries(document)
    assert len(found) > 40
    wanting = {
        label: summary
        for label, summary in found.items()
        if summary in docstrings or not INFINITIVE.fullmatch(summary)
    }
    assert wanting == {}, 'give each a Spanish sentence: @blueprint.doc(summary="Ver …")'


def test_no_two_operations_share_a_description(document: dict[str, Any]) -> None:
    found = list(summaries(document).values())
    assert len(set(found)) == len(found)


def test_no_text_of_the_document_is_english(document: dict[str, Any]) -> None:
    tags = [(f"/tags/{tag['name']}", tag["name"]) for tag in document["tags"]]
    found = [*texts(document), *tags]
    assert len(found) > 200
    english = {place: text for place, text in found if ENGLISH.search(CODE.sub("", text))}
    assert english == {}


def test_no_schema_is_described_by_its_docstring(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert [name for name, schema in schemas.items() if "description" in schema] == []


def test_the_reference_marks_no_text_as_english(app: APIFlask) -> None:
    assert 'lang="en"' not in app.test_client().get("/docs").text
