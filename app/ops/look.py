"""How the operators' pages look: as the demo's own, where it has a stylesheet for its measures."""

from pathlib import Path

from flask import Flask, current_app, url_for

SHEETS = ("css/tokens.css", "css/site.css")
"""Of a demo's static folder: measures and colours, then components."""


PICTURES = "pictures/modules"
"""Of a demo's static folder: a small picture of each module, `<module>.webp`."""


def init_look(app: Flask) -> None:
    """Give templates the addresses of the stylesheets, and of the modules' pictures."""
    app.jinja_env.globals["ops_sheets"] = sheets
    folder = Path(app.static_folder or "") / PICTURES
    found = sorted(folder.glob("*.webp")) if app.static_folder else []
    app.jinja_env.globals["ops_pictures"] = {file.stem: f"{PICTURES}/{file.name}" for file in found}
    app.jinja_env.globals["ops_address"] = _address


def _address(name: str) -> str:
    """Return the address of a demo's asset."""
    known = current_app.jinja_env.globals.get("asset")
    return str(known(name) if callable(known) else url_for("static", filename=name))


def sheets() -> list[str]:
    """Return the stylesheets that there are, the operators' own last."""
    folder = current_app.static_folder
    found = [sheet for sheet in SHEETS if folder and (Path(folder) / sheet).is_file()]
    return [*map(_address, found), url_for("ops.static", filename="ops.css")]
