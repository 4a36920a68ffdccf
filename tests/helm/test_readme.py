"""Every value is documented, and the schema is closed."""

from collections.abc import Iterator

import pytest

from tests.helm.chart import default_values
from tests.helm.readme import README, readme_with_table
from tests.helm.schema import Schema, all_values, load_schema, resolved

OPEN = {
    "affinity",  # an object of Kubernetes
    "global",  # Helm's own
    "quantityMap",  # resources that a cluster may have besides cpu and memory
    "strings",  # labels, annotations, node selectors
    "parameters",  # settings of a server
    "spec",  # more of a Cluster
}


def objects(schema: Schema, name: str) -> Iterator[tuple[str, Schema]]:
    """Every object in a schema, with the name that it goes by."""
    if schema.get("type") == "object":
        yield name, schema
    for key, part in schema.get("properties", {}).items():
        yield from objects(part, key)
    for key, part in schema.get("definitions", {}).items():
        yield from objects(part, key)


def test_the_table_is_current():
    assert README.read_text(encoding="utf-8") == readme_with_table(), (
        "run: .venv/bin/python -m tests.helm.readme"
    )


def test_every_value_has_a_description():
    assert [value.path for value in all_values() if not value.description] == []


def test_every_value_has_a_place_in_the_schema():
    assert [value.path for value in all_values() if not value.schema] == []


def test_the_schema_is_closed():
    for name, schema in objects(load_schema(), "root"):
        assert schema.get("additionalProperties") is False or name in OPEN, name


def test_the_schema_knows_no_value_that_the_chart_has_not():
    def compare(schema: Schema, values: object, path: str) -> None:
        properties = resolved(schema).get("properties")
        if properties is None or values == {}:
            return
        assert set(properties) - {"global"} == set(values), path
        for key, part in properties.items():
            if key != "global":
                compare(part, values[key], f"{path}.{key}")

    compare(load_schema(), default_values(), "")


@pytest.mark.parametrize("heading", ["postgres", "settings", "networkPolicy"])
def test_the_table_has_headings(heading):
    assert f"\n### {heading}\n" in readme_with_table()
