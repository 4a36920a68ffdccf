"""The settings as a table, for the README."""

from app.settings.table import Settings


def settings_table() -> str:
    """The settings as a Markdown table, for the README."""
    lines = ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        shown = "required" if field.is_required() else f"`{field.default}`"
        shown = "" if field.default is None else shown
        lines.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)
