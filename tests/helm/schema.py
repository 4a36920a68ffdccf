"""Reads values.schema.json beside values.yaml: a value with its type, default and description."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.helm.chart import CHART

Schema = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """A leaf of values.yaml: its dotted path, what it may be, its default, its description."""

    path: str
    schema: Schema
    default: Any
    description: str


@cache
def load_schema() -> Schema:
    """The schema, as it is."""
    return json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))


def resolved(schema: Schema) -> Schema:
    """A part of the schema without its outermost reference."""
    while "$ref" in schema:
        schema = load_schema()["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema


def is_branch(schema: Schema, node: yaml.Node) -> bool:
    """Return True if a value is described by its parts: those that values.yaml has.

    A container's resources are one value, and so is a map with keys that the chart does not know.
    """
    closed = resolved(schema).get("additionalProperties") is False
    keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    return closed and bool(keys) and "limits" not in keys


def all_values() -> Iterator[Value]:
    """Every leaf of values.yaml, in its order."""
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    yield from _leaves(root, load_schema(), "", text.splitlines())


def _leaves(node: yaml.Node, schema: Schema, prefix: str, lines: list[str]) -> Iterator[Value]:
    for key, value in node.value:
        path = f"{prefix}{key.value}"
        part = resolved(schema)["properties"].get(key.value, {})
        if is_branch(part, value):
            yield from _leaves(value, part, f"{path}.", lines)
        else:
            default = yaml.SafeLoader("").construct_document(value)
            yield Value(path, part, default, _description(lines, key.start_mark.line))


def _description(lines: list[str], line: int) -> str:
    """The comment right above a line that begins with `# --`; empty where there is none."""
    above = lines[line - 1].strip() if line else ""
    return above.removeprefix("# --").strip() if above.startswith("# --") else ""
