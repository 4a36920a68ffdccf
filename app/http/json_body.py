"""Refuses request bodies that are not JSON, before a view reads them."""

from io import BytesIO

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType


def ensure_json_body() -> None:
    """Refuse what is not JSON; no body at all is an empty document, whose gaps are then named.

    Raises:
        UnsupportedMediaType: the body says that it is something else.
        BadRequest: it is malformed, or nested deeper than the parser goes.
    """
    body = request.get_data(cache=False)
    if body and not request.is_json:
        raise UnsupportedMediaType
    request.stream = BytesIO(body or b"{}")
    try:
        request.get_json(force=True)
    except RecursionError:
        raise BadRequest from None
