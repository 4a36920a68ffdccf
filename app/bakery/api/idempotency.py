"""One effect for one `Idempotency-Key`: its answer is kept in the transaction of its effect.

The rows live in the tenant's schema, so that effect and answer are committed together, end with
the session, and go with a reset. A store elsewhere, as Redis, could lose one of the two.
"""

import base64
import hashlib
import json
import re
import zlib
from uuid import UUID

from flask import request
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.bakery.api.answer import Answer
from app.bakery.api.locks import lock_number
from app.bakery.api.models import LONGEST_KEY, PART_LENGTH, StoredAnswer
from app.errors import Conflict, InvalidRequest

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")


def key_of_request() -> str | None:
    """Return the key of a POST, if it has one.

    Raises:
        InvalidRequest: it is too long, or not of printable ASCII.
    """
    if request.method != "POST" or HEADER not in request.headers:
        return None
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        sentence = f"Usa de 1 a {LONGEST_KEY} letras, cifras o signos, sin espacios."
        raise InvalidRequest(sentence, errors={"headers": {HEADER: [sentence]}})
    return key


def begin(session: Session, key: str) -> Answer | None:
    """Take the key for this transaction; return the answer that it has had already, if any.

    Raises:
        Conflict: another request with the key is under way.
        InvalidRequest: the key was used for another request.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(lock_number("key", key)))):
        raise Conflict(
            "La misma petición está en curso: espera a que termine y repítela.",
            code="idempotency_in_flight",
            headers={"Retry-After": "1"},
        )
    # A second statement: it sees what the transaction that held the lock has committed.
    statement = select(StoredAnswer).where(StoredAnswer.key == key).order_by(StoredAnswer.part)
    parts = session.scalars(statement).all()
    if not parts:
        return None
    if parts[0].fingerprint != _fingerprint():
        sentence = "Esta clave ya se usó para otra petición: usa una nueva."
        raise InvalidRequest(
            sentence, code="idempotency_key_reused", errors={"headers": {HEADER: [sentence]}}
        )
    text = "".join(part.body for part in parts)
    return Answer(parts[0].status, zlib.decompress(base64.b85decode(text)), headers=REPLAYED)


def keep(session: Session, key: str, answer: Answer) -> None:
    """Keep the answer of this transaction under its key."""
    text = base64.b85encode(zlib.compress(answer.body)).decode()
    same = {"key": key, "fingerprint": _fingerprint(), "status": answer.status}
    rows = [
        {**same, "part": number, "body": text[start : start + PART_LENGTH]}
        for number, start in enumerate(range(0, len(text), PART_LENGTH))
    ]
    session.execute(insert(StoredAnswer).values(rows))


def _fingerprint() -> UUID:
    """Return what two requests share only if they ask for the same."""
    body = json.dumps(request.get_json(force=True), sort_keys=True)
    asked = f"{request.method} {request.path}?{request.query_string.decode()} {body}"
    return UUID(bytes=hashlib.sha256(asked.encode()).digest()[:16])
