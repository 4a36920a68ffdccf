"""A form that is sent twice acts once: its key is kept with its effect, as the API's keys are."""

import hashlib
import re
from uuid import UUID

from flask import request
from psycopg.errors import LockNotAvailable
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.bakery.api.models import StoredAnswer
from app.errors import Conflict

FIELD = "clave"
PREFIX = "form:"
"""Sets the forms' keys apart from those of the API's clients."""
SENT_BEFORE = "Este formulario ya se envió con otros datos: vuelve a abrir la página."
_KEY = re.compile("[0-9a-f]{32}")


def key_of_form() -> str | None:
    """Return the key of the form that was sent, if it has a good one."""
    given = request.form.get(FIELD, "")
    return f"{PREFIX}{given}" if _KEY.fullmatch(given) else None


def find_before(session: Session, key: str) -> str | None:
    """Return where the same form has led already, waiting for it if it is under way.

    Raises:
        Conflict: the first one takes too long, or the key came with other values.
    """
    statement = select(StoredAnswer).where(StoredAnswer.key == key, StoredAnswer.part == 0)
    try:
        session.execute(
            insert(StoredAnswer)
            .values(key=key, part=0, fingerprint=_fingerprint(), status=0, body="")
            .on_conflict_do_nothing()
        )
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise Conflict("Tu formulario está en curso: espera un momento.") from error
        raise
    kept = session.scalars(statement).one()
    if kept.status == 0:
        return None
    if kept.fingerprint != _fingerprint():
        raise Conflict(SENT_BEFORE, code="form_reused")
    return kept.body


def keep(session: Session, key: str, address: str) -> None:
    """Keep where the form has led, in the transaction of its effect."""
    kept = session.get_one(StoredAnswer, (key, 0))
    kept.status, kept.body = 303, address
    session.flush()


def _fingerprint() -> UUID:
    values = sorted(request.form.items(multi=True))
    return UUID(bytes=hashlib.sha256(f"{request.path} {values}".encode()).digest()[:16])
