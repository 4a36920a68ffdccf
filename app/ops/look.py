"""How the operators' pages look: as the demo's own, where it has a stylesheet for its measures."""

from pathlib import Path

from flask import Flask, current_app, url_for

SHEETS = ("css/tokens.css", "css/site.css")
"""Of a demo's static folder: measures and colours, then components."""


def init_look(app: Flask) -> None:
    """Give templates the addresses of the stylesheets."""
    app.jinja_env.globals["ops_sheets"] = sheets


def sheets() -> list[str]:
    """Return the stylesheets that there are, the operators' own last."""
    folder = current_app.static_folder
    known = current_app.jinja_env.globals.get("asset")
    found = [sheet for sheet in SHEETS if folder and (Path(folder) / sheet).is_file()]
    address = known if callable(known) else lambda name: url_for("static", filename=name)
    return [*map(str, map(address, found)), url_for("ops.static", filename="ops.css")]
