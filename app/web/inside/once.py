"""A form that is sent twice acts once: its key is kept with its effect, as the API's keys are."""

import hashlib
import re
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from app.bakery.api.idempotency import take
from app.bakery.api.models import StoredAnswer
from app.errors import Conflict
from app.language.texts import N_

FIELD = "clave"
PREFIX = "form:"
"""Sets the forms' keys apart from those of the API's clients."""
IN_FLIGHT = N_("Tu formulario está en curso: espera un momento.")
SENT_BEFORE = N_("Este formulario ya se envió con otros datos: vuelve a abrir la página.")
_KEY = re.compile("[0-9a-f]{32}")


def key_of_form() -> str | None:
    """Return the key of the form that was sent, if it has a good one."""
    given = request.form.get(FIELD, "")
    return f"{PREFIX}{given}" if _KEY.fullmatch(given) else None


def form_number() -> str | None:
    """Return the number of the form that was sent, for what keeps its own account of numbers."""
    given = request.form.get(FIELD, "")
    return given if _KEY.fullmatch(given) else None


def find_before(session: Session, key: str) -> str | None:
    """Return where the same form has led already, waiting for it if it is under way.

    Raises:
        Conflict: the first one takes too long, or the key came with other values.
    """
    if take(session, key, _fingerprint(), Conflict(IN_FLIGHT)):
        return None
    kept = session.get_one(StoredAnswer, (key, 0))
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
