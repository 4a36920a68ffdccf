"""Writes the tables into the chart's README: `python -m tests.helm.readme`."""

import json
import re
from typing import Any

from tests.helm.cases import TRIAL
from tests.helm.chart import CHART, pods, render_chart
from tests.helm.schema import Schema, Value, all_values, resolved

README = CHART / "README.md"
BLOCK = re.compile(r"(<!-- (values|roles) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def kind_of(schema: Schema) -> str:
    """Return a value's type for the table."""
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


def roles() -> str:
    """Return the table of the Secret's keys and the account of each role."""
    pods_of_ours = {pod.component: pod for pod in pods(render_chart(TRIAL)) if pod.is_ours}
    lines = [
        "| role | keys of the Secret | account | calls the Kubernetes API |",
        "|---|---|---|---|",
    ]
    for name, pod in pods_of_ours.items():
        keys = ", ".join(f"`{key}`" for key in sorted(pod.keys()))
        account = pod.spec["serviceAccountName"].replace("demo-masa-madre", "<fullname>")
        token = "yes" if pod.spec["automountServiceAccountToken"] else "no"
        lines.append(f"| {name} | {keys} | `{account}` | {token} |")
    return "\n".join(lines)


def readme_with_tables() -> str:
    """The README as it should be."""
    made = {"values": table, "roles": roles}
    text = README.read_text(encoding="utf-8")
    return BLOCK.sub(lambda found: f"{found[1]}{made[found[2]]()}\n{found[3]}", text)


def main() -> None:
    """Write the tables."""
    README.write_text(readme_with_tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
