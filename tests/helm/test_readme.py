"""Every value is documented, and the schema is closed."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.helm.cases import TRIAL
from tests.helm.chart import Values, default_values, merged, render_chart
from tests.helm.readme import README, readme_with_tables
from tests.helm.schema import Schema, all_values, load_schema, resolved

OPEN = {
    "affinity",  # an object of Kubernetes
    "behavior",  # likewise, of a HorizontalPodAutoscaler
    "global",  # Helm's own
    "quantityMap",  # resources that a cluster may have besides cpu and memory
    "strings",  # labels, annotations, node selectors
    "parameters",  # settings of a server
    "spec",  # more of a Cluster
}


def objects(schema: Schema, name: str) -> Iterator[tuple[str, Schema]]:
    """Yield every object in a schema with its name."""
    if schema.get("type") == "object":
        yield name, schema
    for key, part in schema.get("properties", {}).items():
        yield from objects(part, key)
    for key, part in schema.get("definitions", {}).items():
        yield from objects(part, key)


def test_the_tables_are_current():
    assert README.read_text(encoding="utf-8") == readme_with_tables(), (
        "run: .venv/bin/python -m tests.helm.readme"
    )


def test_the_examples_render():
    text = README.read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert render_chart(yaml.safe_load(example))
    flags = dict(flag.split("=") for flag in re.findall(r"--set ([\w.]+=[\w.-]+)", text))
    nested = [_nested(path.split("."), value) for path, value in flags.items()]
    assert render_chart(merged(TRIAL, *nested))


def _nested(path: list[str], value: str) -> Values:
    plain = {"true": True, "false": False}.get(value, value)
    return {path[0]: _nested(path[1:], value) if path[1:] else plain}


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
    assert f"\n### {heading}\n" in readme_with_tables()
