"""One effect for one `Idempotency-Key`: its answer is kept in the transaction of its effect.

The rows live in the tenant's schema, so that effect and answer are committed together, end with
the session, and go with a reset. A store elsewhere, as Redis, could lose one of the two.
"""

import base64
import hashlib
import json
import zlib
from uuid import UUID

from flask import request
from psycopg.errors import LockNotAvailable
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.bakery.api.answer import Answer
from app.bakery.api.models import PART_LENGTH, StoredAnswer
from app.errors import Conflict
from app.http.idempotency_key import REPLAYED, key_reused

RETRY = {"Retry-After": "1"}
IN_FLIGHT = "La misma petición está en curso: espera a que termine y repítela."


def begin(session: Session, key: str) -> Answer | None:
    """Take the key for this transaction; return the answer that it has had already, if any.

    A request that comes while the first one is under way waits for it, and has its answer too.

    Raises:
        Conflict: the first one takes longer than a transaction waits.
        InvalidRequest: the key was used for another request.
    """
    in_flight = Conflict(IN_FLIGHT, code="idempotency_in_flight", headers=RETRY)
    is_first = take(session, key, _fingerprint(), in_flight)
    return None if is_first else _answer_of(session, key)


def take(session: Session, key: str, fingerprint: UUID, in_flight: Conflict) -> bool:
    """Take a key for this transaction; return False if another had it before, and has committed.

    Raises:
        Conflict: `in_flight`, if the other one takes longer than a transaction waits.
    """
    taking = insert(StoredAnswer).values(
        key=key, part=0, fingerprint=fingerprint, status=0, body=""
    )
    try:
        taken = session.execute(taking.on_conflict_do_nothing().returning(StoredAnswer.key))
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise in_flight from error
        raise
    return taken.first() is not None


def _answer_of(session: Session, key: str) -> Answer:
    statement = select(StoredAnswer.fingerprint, StoredAnswer.status, StoredAnswer.body).where(
        StoredAnswer.key == key
    )
    parts = session.execute(statement.order_by(StoredAnswer.part)).all()
    if parts[0].fingerprint != _fingerprint():
        raise key_reused()
    text = "".join(part.body for part in parts)
    return Answer(parts[0].status, zlib.decompress(base64.b85decode(text)), headers=REPLAYED)


def keep(session: Session, key: str, answer: Answer) -> None:
    """Keep the answer of this transaction under its key."""
    text = base64.b85encode(zlib.compress(answer.body)).decode()
    first, *others = (
        text[start : start + PART_LENGTH] for start in range(0, len(text), PART_LENGTH)
    )
    session.execute(
        update(StoredAnswer)
        .where(StoredAnswer.key == key, StoredAnswer.part == 0)
        .values(status=answer.status, body=first)
    )
    same = {"key": key, "fingerprint": _fingerprint(), "status": answer.status}
    rows = [{**same, "part": number, "body": body} for number, body in enumerate(others, 1)]
    if rows:
        session.execute(insert(StoredAnswer).values(rows))


def _fingerprint() -> UUID:
    """Return what two requests share only if they ask for the same."""
    body = json.dumps(request.get_json(force=True), sort_keys=True)
    asked = f"{request.method} {request.path}?{request.query_string.decode()} {body}"
    return UUID(bytes=hashlib.sha256(asked.encode()).digest()[:16])
