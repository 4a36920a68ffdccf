"""The `Idempotency-Key` of a request: what is done once under it is for its reader to keep."""

import re

from flask import request

from app.errors import InvalidRequest
from app.language.texts import _

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
LONGEST_KEY = 100
_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")


def key_of_request(shortest: int = 1) -> str | None:
    """Return the key of a POST, if it has one.

    Raises:
        InvalidRequest: it is too short or too long, or not of printable ASCII.
    """
    if request.method != "POST" or HEADER not in request.headers:
        return None
    key = request.headers[HEADER]
    if len(key) < shortest or not _KEY.fullmatch(key):
        sentence = _(
            "Usa de %(shortest)s a %(longest)s letras, cifras o signos, sin espacios.",
            shortest=shortest,
            longest=LONGEST_KEY,
        )
        raise InvalidRequest(sentence, errors={"headers": {HEADER: [sentence]}})
    return key


def key_reused() -> InvalidRequest:
    """Return the refusal of a key that was used for another request."""
    sentence = "Esta clave ya se usó para otra petición: usa una nueva."
    return InvalidRequest(
        sentence, code="idempotency_key_reused", errors={"headers": {HEADER: [sentence]}}
    )
