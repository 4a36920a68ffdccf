"""The OpenAPI document is in Spanish, at `/docs` and in tools."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from app import create_app
from app.settings.table import Settings

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
    page = app.test_client().get("/docs").text
    assert 'lang="en"' not in page.partition("<main")[2].partition("</main>")[0]


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_has_an_id_of_its_own_and_says_whom_it_is_for(
    document: dict[str, Any],
) -> None:
    found = operations(document)
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids)
    assert "pos_list_sales" in ids
    schemes = set(document["components"]["securitySchemes"])
    for label, operation in found.items():
        assert {name for choice in operation["security"] for name in choice} <= schemes, label
    of_tenants = {label for label, item in found.items() if {"session": []} in item["security"]}
    public = {label for label, item in found.items() if not item["security"]}
    assert {"GET /api/pos/sales", "PUT /api/auth/password"} <= of_tenants
    assert {"GET /api/demo/accounts", "GET /health", "POST /api/auth/login"} <= public


def test_every_operation_has_examples_that_its_schemas_take(document: dict[str, Any]) -> None:
    registry = Registry().with_resource(
        "urn:document", Resource(contents=document, specification=DRAFT202012)
    )
    wanting, seen = [], 0
    for label, operation in operations(document).items():
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        contents = [content for body in bodies for content in body.get("content", {}).values()]
        wanting += [label for content in contents if "schema" in content and "$ref" in
                    content["schema"] and "example" not in content]  # fmt: skip
        for content in contents:
            reference = content.get("schema", {}).get("$ref")
            if reference:
                schema = {"$ref": f"urn:document{reference}"}
                Draft202012Validator(schema, registry=registry).validate(content["example"])
                seen += 1
    assert wanting == []
    assert seen > 100


def test_enums_and_models_are_shared(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if "." in name] == []
    assert schemas["OrderStatus"]["enum"][0] == "pending"


def test_keys_etags_and_tables_are_described_where_they_are_heeded(
    document: dict[str, Any],
) -> None:
    def headers(label: str) -> set[str]:
        parameters = operations(document)[label].get("parameters", ())
        return {item["name"] for item in parameters if item["in"] == "header"}

    assert headers("GET /api/pos/sales") == {"If-None-Match"}
    assert headers("POST /api/pos/sales") == {"Idempotency-Key"}
    assert headers("PUT /api/orders/{order_id}") == {"If-Match"}
    assert headers("GET /api/demo/accounts") == set()
    answers = operations(document)["GET /api/orders"]["responses"]
    assert set(answers["200"]["content"]) == {"application/json", "text/csv"}
    assert "text/csv" not in operations(document)["GET /api/tenant"]["responses"]["200"]["content"]


def test_one_vocabulary_of_parameters(document: dict[str, Any]) -> None:
    for label, operation in operations(document).items():
        names = {item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"}
        assert not names & {"since", "until", "start", "end", "limit", "offset", "order"} or (
            label.endswith("/events")
        ), label
        answer = operation["responses"].get("200", {}).get("content", {})
        if "text/csv" in answer:
            assert {"page", "per_page", "sort", "q"} <= names, label
