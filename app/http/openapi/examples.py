"""Makes the examples of the OpenAPI document, from its schemas and from values by name."""

from collections.abc import Mapping
from typing import Any

from app.http.openapi.components import PREFIX

VALUES: Mapping[str, Any] = {
    "session_id": "demo_Zk3vXw0cQeR7tYbNmA1sDfGhJkLpOiUy",
    "email": "nombre@ejemplo.es",
    "password": "contraseña",
    "session_token": "eyJhbGciOiJIUzI1NiJ9.e30.x",
    "status": "active",
    "page": 1,
    "per_page": 25,
    "pages": 1,
    "total": 1,
    "type": "urn:masa-madre:validation_error",
    "title": "Unprocessable Entity",
    "code": "validation_error",
    "detail": "Algún dato no es válido: mira el detalle en «errors».",
}
FORMATS = {
    "date": "2026-11-25",
    "date-time": "2026-11-25T09:30:00+01:00",
    "uuid": "3f2b8c1e-5d4a-4b6f-9a7c-2e1d0c9b8a76",
}
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


class Examples:
    """Makes examples of the schemas of one document.

    `values` are examples by the name of the field, or by `Model.field`.
    """

    def __init__(self, schemas: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._values = {**VALUES, **values}

    def of(self, schema: Mapping[str, Any], name: str = "", model: str = "") -> Any:
        """Return an example of a schema, which is that of a field `name` of `model`."""
        if "$ref" in schema:
            model = str(schema["$ref"]).removeprefix(PREFIX)
            return self.of(self._schemas[model], name, model)
        if "anyOf" in schema:
            return self.of(schema["anyOf"][0], name, model)
        for key in (f"{model}.{name}", name):
            if _fits(self._values.get(key), schema):
                return self._values[key]
        if "enum" in schema:
            return schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        return self._by_type(schema, name, model)

    def _by_type(self, schema: Mapping[str, Any], name: str, model: str) -> Any:
        match schema.get("type"):
            case "object":
                fields = schema.get("properties", {})
                return {key: self.of(value, key, model) for key, value in fields.items()}
            case "array":
                return [self.of(schema.get("items", {}), name, model)]
            case "integer":
                return max(1, schema.get("minimum", 1))
            case "number":
                return 1.0
            case "boolean":
                return True
            case "string":
                return FORMATS.get(schema.get("format", ""), "Texto")
        return None


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Return True for a value that the schema takes."""
    kind = KINDS.get(str(schema.get("type")))
    if value is None or kind is None or not isinstance(value, kind):
        return False
    if isinstance(value, bool) and kind is not bool:
        return False
    if "enum" in schema:
        return value in schema["enum"]
    return "format" not in schema and value == schema.get("const", value)
