"""What the OpenAPI document says of refusals: one error body, for every operation."""

from typing import Any

PROBLEM = "application/problem+json"
ANY_REFUSAL = "Any other refusal: the one error body, with a code and a sentence in Spanish."
REFUSALS = ("#/components/schemas/HTTPError", "#/components/schemas/ValidationError")
BODY = {"$ref": "#/components/schemas/HTTPError"}
Responses = dict[int | str, dict[str, Any]]
"""What an operation is answered with, where its schema does not say it, by status."""

METHODS = ("get", "post", "put", "patch", "delete")


def describe_refusals(document: dict[Any, Any] | str) -> dict[Any, Any] | str:
    """Give every operation its refusals as they are sent: as problem details (RFC 9457).

    APIFlask writes them down as plain JSON, and knows nothing of what the gateway refuses.
    """
    assert isinstance(document, dict), "ours is JSON, not YAML"
    for item in document.get("paths", {}).values():
        for method in METHODS:
            if method in item:
                _describe(item[method].setdefault("responses", {}))
    return document


def _describe(responses: dict[str, Any]) -> None:
    for response in responses.values():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema", {}).get("$ref") in REFUSALS:
            content[PROBLEM] = content.pop("application/json")
    responses.setdefault("default", {"description": ANY_REFUSAL, "content": {PROBLEM: _schema()}})


def _schema() -> dict[str, Any]:
    return {"schema": dict(BODY)}
