"""Completes the OpenAPI document: in Spanish, with one error body everywhere."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from apiflask import APIFlask
from flask import Response

from app.demo import Demo
from app.http.openapi.components import share_components
from app.http.openapi.operations import PROBLEM, complete_operations, operations

EXAMPLES = "openapi_examples"
"""Key of an application's examples: values by the name of their field."""
ANY_REFUSAL = "Cualquier otro rechazo: el mismo cuerpo, con un código y una frase en español."
REFUSALS = ("#/components/schemas/HTTPError", "#/components/schemas/ValidationError")
BODY = {"$ref": "#/components/schemas/HTTPError"}
Responses = dict[int | str, dict[str, Any]]
"""An operation's responses by status, where its schema does not say them."""

SPANISH = {
    "AUTH_ERROR_DESCRIPTION": "Falta la sesión o ya ha terminado.",
    "NOT_FOUND_DESCRIPTION": "No existe.",
    "SUCCESS_DESCRIPTION": "Correcto.",
    "VALIDATION_ERROR_DESCRIPTION": "Algún dato no es válido: la respuesta dice cuál y por qué.",
}
"""In place of APIFlask's English descriptions of responses."""


def init_document(app: APIFlask, demo: Demo) -> None:
    """Keep the English of docstrings and of APIFlask out of the document: prospects read it.

    A view has its summary from `@blueprint.doc(summary=…)`, a field from its `description`.
    """
    app.config.update(SPANISH, AUTO_OPERATION_SUMMARY=False, AUTO_OPERATION_DESCRIPTION=False)
    app.config["AUTO_OPERATION_ID"] = True
    app.config["SPEC_DECORATORS"] = [_WrittenDocument(demo)]

    @app.spec_processor
    def finish(document: dict[Any, Any] | str) -> dict[Any, Any] | str:
        assert isinstance(document, dict), "ours is JSON, not YAML"
        _complete_create(document["components"]["schemas"]["CreateIn"]["properties"], demo)
        return _finish(document, app.extensions.get(EXAMPLES, {}))


class _WrittenDocument:
    """The document as it is sent: an application's routes do not change, its scenarios may.

    Anybody may ask for it, and to write it takes far longer than to send it.
    """

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._written: tuple[bytes, str | None] | None = None
        self._names: list[str] = []

    def __call__(self, view: Callable[[], Response]) -> Callable[[], Response]:
        """Put itself in front of APIFlask's view."""

        @wraps(view)
        def send() -> Response:
            names = self._demo.scenario_names()
            if self._written is None or names != self._names:
                answer = view()
                self._written = _with_scenarios(answer.get_data(), names), answer.mimetype
                self._names = names
            body, mimetype = self._written
            return Response(body, mimetype=mimetype)

        return send


def _with_scenarios(written: bytes, names: list[str]) -> bytes:
    """Return the document with these names of scenarios: APIFlask keeps those of its first."""
    document = json.loads(written)
    fields = document["components"]["schemas"]["CreateIn"]["properties"]
    fields["scenario"]["anyOf"][0]["enum"] = names
    return json.dumps(document, ensure_ascii=False).encode()


def _complete_create(properties: dict[str, Any], demo: Demo) -> None:
    """What a demo adds to the creation of a session: names to choose from, and personal fields."""
    properties["demo_account_type"]["enum"] = list(demo.account_types)
    properties["scenario"]["anyOf"][0]["enum"] = demo.scenario_names()
    modules = dict.fromkeys(name for account in demo.accounts for name in account.modules)
    if modules:
        properties["features"]["anyOf"][0]["items"]["enum"] = list(modules)
    personal = demo.load_personal()
    if personal is not None:
        properties |= personal.model_json_schema()["properties"]


def _finish(document: dict[Any, Any], examples: Mapping[str, Any]) -> dict[Any, Any]:
    document["tags"] = list({tag["name"]: tag for tag in document["tags"]}.values())
    # Every operation gets its refusals as they are sent: as problem details (RFC 9457). APIFlask
    # writes them down as plain JSON, and knows nothing of what the gateway refuses.
    for _, _, operation in operations(document):
        _describe(operation.setdefault("responses", {}))
    share_components(document)
    for schema in document["components"]["schemas"].values():
        schema.pop("description", None)  # pydantic takes it from the docstring
        schema.pop("title", None)  # and this from the class
    complete_operations(document, examples)
    return document


def _describe(responses: dict[str, Any]) -> None:
    for response in responses.values():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema", {}).get("$ref") in REFUSALS:
            content[PROBLEM] = content.pop("application/json")
    responses.setdefault("default", {"description": ANY_REFUSAL, "content": {PROBLEM: _schema()}})


def _schema() -> dict[str, Any]:
    return {"schema": dict(BODY)}
