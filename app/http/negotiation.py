"""Chooses what an answer is sent as, by the request's `Accept`."""

from collections.abc import Sequence

from flask import has_request_context, request

from app.errors import NotAcceptable
from app.language.texts import _

JSON = "application/json"
CSV = "text/csv"


def wants_csv() -> bool:
    """Return True for a request that prefers a table to JSON."""
    if not has_request_context():
        return False
    return request.accept_mimetypes.best_match((JSON, CSV)) == CSV


def ensure_acceptable(offers: Sequence[str]) -> None:
    """Check that the client takes one of the media types that an operation offers.

    Raises:
        NotAcceptable: it takes none of them.
    """
    if request.accept_mimetypes and request.accept_mimetypes.best_match(offers) is None:
        names = " o ".join(offers)
        raise NotAcceptable(
            _(
                "Esta operación responde en %(names)s, y tu cabecera Accept no lo admite.",
                names=names,
            )
        )
