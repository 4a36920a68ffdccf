"""The API's OpenAPI document as plain values, for a page that people read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
REF = "#/components/schemas/"
OTHERS = "Otros"

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a request: in its path, its query string or its JSON body."""

    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with which a request is answered, and its meaning."""

    status: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    answers: tuple[Answer, ...]

    @property
    def anchor(self) -> str:
        """The anchor that links point to."""
        words = "".join(char if char.isalnum() else " " for char in f"{self.method} {self.path}")
        return "-".join(words.lower().split())


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag."""

    name: str
    operations: tuple[Operation, ...]

    @property
    def anchor(self) -> str:
        """The anchor that links point to."""
        return "-".join(["tag", *self.name.lower().split()])


def describe_api(spec: Document) -> tuple[Group, ...]:
    """Group the operations of an OpenAPI 3.1 document by tag, by name; paths in alphabetical order.

    Operations without a tag come last, under `OTHERS`.
    """
    groups: dict[str, list[Operation]] = {}
    for path in sorted(spec.get("paths", {})):
        item = spec["paths"][path]
        for method in METHODS:
            if method in item:
                tag = next(iter(item[method].get("tags", ())), OTHERS)
                groups.setdefault(tag, []).append(_operation(spec, path, method, item))
    names = sorted(groups, key=lambda name: (name == OTHERS, name.casefold()))
    return tuple(Group(name, tuple(groups[name])) for name in names)


def _operation(spec: Document, path: str, method: str, item: Document) -> Operation:
    operation = item[method]
    stated = [*item.get("parameters", ()), *operation.get("parameters", ())]
    parameters = [_parameter(spec, parameter) for parameter in stated]
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        parameters=(*parameters, *_body(spec, operation)),
        answers=tuple(
            Answer(status, answer.get("description", ""))
            for status, answer in sorted(operation.get("responses", {}).items())
        ),
    )


def _parameter(spec: Document, parameter: Document) -> Parameter:
    schema = parameter.get("schema", {})
    return Parameter(
        name=parameter["name"],
        place=parameter["in"],
        kind=_kind(spec, schema),
        required=bool(parameter.get("required")),
        description=parameter.get("description", schema.get("description", "")),
    )


def _body(spec: Document, operation: Document) -> Iterator[Parameter]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = _resolved(spec, content.get("application/json", {}).get("schema", {}))
    for name, field in schema.get("properties", {}).items():
        yield Parameter(
            name=name,
            place="body",
            kind=_kind(spec, field),
            required=name in schema.get("required", ()),
            description=field.get("description", ""),
        )


def _resolved(spec: Document, schema: Document) -> Document:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Document = spec["components"]["schemas"][reference.removeprefix(REF)]
    return found


def _kind(spec: Document, schema: Document) -> str:
    """A schema in a few characters: `integer`, `"cash" | "card"`, `[{product_id, quantity}]`."""
    schema = _resolved(spec, schema)
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    for union in ("anyOf", "oneOf"):
        if union in schema:
            kinds = [_kind(spec, part) for part in schema[union]]
            return " | ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))
    if schema.get("type") == "array":
        return f"[{_kind(spec, schema.get('items', {}))}]"
    if "properties" in schema:
        return "{" + ", ".join(schema["properties"]) + "}"
    kind, form = schema.get("type", "any"), schema.get("format")
    return f"{kind} ({form})" if form else str(kind)
