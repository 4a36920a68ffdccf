"""Refuses parameters of a query string that an operation does not have."""

from difflib import get_close_matches
from typing import Any

from flask import current_app, request

from app.errors import InvalidRequest
from app.language.texts import _

HINTS = {"format": "Para una tabla, pide «Accept: text/csv»."}
"""What to do instead of a parameter that clients of other APIs try."""


def ensure_known_parameters() -> None:
    """Check the query string of a request against what its view takes.

    Raises:
        InvalidRequest: it has a parameter that the view does not take, or one twice.
    """
    if not request.query_string:
        return
    known = known_parameters(current_app.view_functions.get(str(request.endpoint)))
    errors = {name: [_unknown(name, known)] for name in request.args if name not in known}
    for name, values in request.args.lists():
        if name in known and len(values) > 1:
            errors[name] = ["Este parámetro está más de una vez."]
    if errors:
        names = ", ".join(f"«{name[:50]}»" for name in errors)
        raise InvalidRequest(
            _("Revisa estos parámetros: %(names)s.", names=names), errors={"query": errors}
        )


def known_parameters(view: Any) -> list[str]:
    """Return the names that a view's schemas of the query string take."""
    schemas = [
        schema for schema, place in getattr(view, "_spec", {}).get("args", ()) if place == "query"
    ]
    return sorted(
        field.alias or name for schema in schemas for name, field in schema.model_fields.items()
    )


def _unknown(name: str, known: list[str]) -> str:
    if name in HINTS:
        return f"No existe este parámetro. {HINTS[name]}"
    if near := get_close_matches(name, known, n=1):
        return f"No existe este parámetro. ¿Querías decir «{near[0]}»?"
    if not known:
        return "No existe este parámetro: esta operación no tiene ninguno."
    return _("No existe este parámetro. Los que hay: %(known)s.", known=", ".join(known))
