"""Completes the operations of the OpenAPI document: ids, security, headers and examples."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.errors import message_for, problem_body
from app.http.openapi.components import PREFIX
from app.http.openapi.examples import Examples

METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
PROBLEM = "application/problem+json"
CODES = {"401": "session_required", "409": "conflict"}
OTHER_PROBLEM = (403, "demo_restriction", "Esta operación no está disponible en la demo.")
NOT_CHANGED = {"description": "No ha cambiado desde la versión de `If-None-Match`."}
ETAG = {"description": "Cambia cuando cambia la respuesta.", "schema": {"type": "string"}}
LINK = {
    "description": "Las páginas `first`, `prev`, `next` y `last`.",
    "schema": {"type": "string"},
}
TABLE = {"schema": {"type": "string"}, "example": "Producto;Precio (€)\r\nBarra;1,04\r\n"}


def operations(document: Mapping[Any, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation with its method and its path."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def complete_operations(document: dict[Any, Any], values: Mapping[str, Any]) -> None:
    """Give each operation what APIFlask does not know of it.

    An operation without `security` needs none. One with it is of a tenant's data: it has ETags,
    and keys for changes.
    """
    schemas = document["components"]["schemas"]
    examples = Examples(schemas, values)
    for method, _, operation in operations(document):
        operation["operationId"] = operation["operationId"].removeprefix(f"{method}_")
        if operation.setdefault("security", []) and {} not in operation["security"]:
            _describe_headers(method, operation)
        elif method == "post":
            operation.setdefault("parameters", []).append(_key_header(16))
        _give_examples(operation, examples)
        if body := operation.get("requestBody"):
            name = body["content"][JSON]["schema"]["$ref"].removeprefix(PREFIX)
            body["required"] = bool(schemas[name].get("required"))


def _describe_headers(method: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    responses = operation["responses"]
    if method == "get":
        parameters.append(_header("If-None-Match", "Un ETag: si sigue igual, la respuesta es 304."))
        responses["304"] = NOT_CHANGED
        _describe_list(responses)
    elif method == "post":
        parameters.append(_key_header(1))
    else:
        text = "El ETag que viste: si ya no es ese, no cambia nada y la respuesta es 412."
        parameters.append(_header("If-Match", text))
    for status, response in responses.items():
        if status in ("200", "201"):
            response.setdefault("headers", {})["ETag"] = ETAG


def _key_header(shortest: int) -> dict[str, Any]:
    text = "La misma clave con la misma petición tiene un solo efecto y la misma respuesta."
    return _header("Idempotency-Key", text, pattern=f"^[!-~]{{{shortest},100}}$")


def _describe_list(responses: dict[str, Any]) -> None:
    content = responses.get("200", {}).get("content", {})
    reference = content.get(JSON, {}).get("schema", {}).get("$ref", "")
    if reference.endswith("Page"):
        content["text/csv"] = TABLE
        responses["200"].setdefault("headers", {})["Link"] = LINK


def _header(name: str, description: str, **more: Any) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": False,
        "description": description,
        "schema": {"type": "string"} | more,
    }


def _give_examples(operation: dict[str, Any], examples: Examples) -> None:
    bodies = [("", operation.get("requestBody", {})), *operation["responses"].items()]
    for status, body in bodies:
        for media_type, content in body.get("content", {}).items():
            if media_type == JSON and "schema" in content:
                content.setdefault("example", examples.of(content["schema"]))
            elif media_type == PROBLEM:
                content.setdefault("example", _problem(status, body["description"]))
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and "example" not in parameter:
            parameter["example"] = examples.of(parameter["schema"], parameter["name"])


def _problem(status: str, description: str) -> dict[str, Any]:
    if not status.isdecimal():
        return problem_body(*OTHER_PROBLEM)
    known, detail = message_for(int(status))
    code = CODES.get(status, known)
    if status != "422":
        return problem_body(int(status), code, description)
    return problem_body(422, code, detail, {"query": {"page": ["Debe ser 1 o más."]}})
