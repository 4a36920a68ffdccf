"""Writes the table of values into the chart's README: `python -m tests.helm.readme`."""

import json
import re
from typing import Any

from tests.helm.chart import CHART
from tests.helm.schema import Schema, Value, all_values, resolved

README = CHART / "README.md"
BLOCK = re.compile(r"(<!-- values -->\n).*?(<!-- /values -->)", re.DOTALL)


def kind_of(schema: Schema) -> str:
    """What a value may be, in a word or two."""
    schema = resolved(schema)
    if "enum" in schema:
        return " \\| ".join(f"`{_plain(choice)}`" for choice in schema["enum"])
    if "const" in schema:
        return f"`{_plain(schema['const'])}`"
    if "type" not in schema:
        parts = schema.get("anyOf") or schema.get("allOf", [])
        return " \\| ".join(dict.fromkeys(filter(None, (kind_of(part) for part in parts))))
    kind = schema["type"]
    return " \\| ".join(kind) if isinstance(kind, list) else kind


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def row(value: Value) -> str:
    """A value's line of the table."""
    default = json.dumps(value.default, ensure_ascii=False)
    return f"| `{value.path}` | {kind_of(value.schema)} | `{default}` | {value.description} |"


def table() -> str:
    """All values; a heading for each of the outermost keys that has parts, after those without."""
    lines, section = [], None
    head = ["| value | type | default | what it is |", "|---|---|---|---|"]
    for value in sorted(all_values(), key=lambda value: "." in value.path):
        first = value.path.partition(".")[0] if "." in value.path else "General"
        if first != section:
            lines += ["", f"### {first}", "", *head]
            section = first
        lines.append(row(value))
    return "\n".join(lines[1:])


def readme_with_table() -> str:
    """The README as it should be."""
    text = README.read_text(encoding="utf-8")
    return BLOCK.sub(lambda found: f"{found[1]}{table()}\n{found[2]}", text)


if __name__ == "__main__":
    README.write_text(readme_with_table(), encoding="utf-8")
