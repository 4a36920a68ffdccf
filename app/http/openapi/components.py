"""Shares the schemas of the OpenAPI document: one component for each model and enum.

APIFlask writes a nested model down once for each model that has it, as `SalePage.Unit`.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

PREFIX = "#/components/schemas/"
ONE_ERROR_BODY = {"HTTPError": "Problem", "ValidationError": "Problem"}
"""APIFlask has two, which are the same here."""


def share_components(document: dict[Any, Any]) -> None:
    """Give nested models their own name where all of that name are the same."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    names = {name: name.rpartition(".")[2] for name in schemas} | ONE_ERROR_BODY
    while different := _different(schemas, names):
        names |= {name: name for name in different}
    shared = {names[name]: _renamed(schema, names) for name, schema in schemas.items()}
    document["components"]["schemas"] = dict(sorted(shared.items()))
    document["paths"] = _renamed(document["paths"], names)


def _different(schemas: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Return the names that would be shared by schemas that differ."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, schema in schemas.items():
        text = json.dumps(_renamed(schema, names), sort_keys=True)
        found[names[name]][text].append(name)
    return [
        name
        for short, texts in found.items()
        if len(texts) > 1
        for each in texts.values()
        for name in each
        if name != short
    ]


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: PREFIX + names.get(value.removeprefix(PREFIX), value.removeprefix(PREFIX))
        if key == "$ref" and isinstance(value, str)
        else _renamed(value, names)
        for key, value in node.items()
    }
