"""Finds the session that a request to the session endpoints is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request

from app.errors import AppError, Forbidden, TooManyRequests, Unauthorized, Unavailable

SESSION_KEY = "masa_madre.session"
SESSION_ERROR_KEY = "masa_madre.session_error"
"""Environ keys under which the gateway leaves the caller's session, or a refusal's code."""

ENDED_KEY = "masa_madre.ended_session"
"""Environ key under which the gateway leaves the id of the caller's session when it is over."""

ADDRESS_DIGESTS_KEY = "masa_madre.address_digests"
"""Environ key under which the gateway leaves digests of the address that opens a session."""

ERRORS = {
    "session_expired": "Esta demo ya ha terminado. Abre una nueva.",
    "session_destroyed": "Esta demo ya ha terminado. Abre una nueva.",
    "share_closed": "La demo que te enseñaban ya no está abierta.",
    "token_invalid": "El acceso a la demo no es válido. Abre una nueva.",
    "csrf_refused": "La petición viene de otra página y no se ha aceptado.",
    "unavailable": "No podemos comprobar tu demo ahora mismo. Inténtalo en unos segundos.",
    "too_many_failures": "Desde tu conexión llegan muchas credenciales erróneas. Espera un poco.",
}
NOT_OVER: dict[str, tuple[type[AppError], dict[str, str]]] = {
    "csrf_refused": (Forbidden, {}),
    "unavailable": (Unavailable, {"Retry-After": "5"}),
    "too_many_failures": (TooManyRequests, {"Retry-After": "60"}),
}
"""Codes that do not mean the end of the session, with the error of each: it may go on."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the owner of a session, or a guest of it."""

    session: UUID
    """The session's row."""
    share: UUID | None
    """The link that a guest came by; None is the owner."""
    access: str

    @property
    def may_change(self) -> bool:
        """True if the caller may do more than look."""
        return self.access != "read"


def find_caller() -> Caller | None:
    """Return who sends this request, where the gateway knows the session."""
    record: Any = request.environ.get(SESSION_KEY)
    if record is None:
        return None
    return Caller(record.id, record.counted_as if record.is_guest else None, record.access)


def ended_session_id() -> str | None:
    """Return the id of the session that this request's credential was good for, if it is over."""
    found: str | None = request.environ.get(ENDED_KEY)
    return found


def end_of_session() -> datetime | None:
    """Return when the session of a tenant's request ends; None where the gateway named none."""
    record: Any = request.environ.get(SESSION_KEY)
    return None if record is None else record.expires_at


def session_id_of(named: str | None) -> str:
    """Return the id of the session that the request names, or else of its credential's session.

    The session id is a secret: a request that names it needs no other credential.

    Raises:
        Unauthorized: there is neither, or the credential is no longer good.
        Forbidden: the credential is for another session than the one named.
        Unavailable, TooManyRequests: the credential could not be looked up, or may not be now.
    """
    record: Any = request.environ.get(SESSION_KEY)
    error: str | None = request.environ.get(SESSION_ERROR_KEY)
    if record is None and error is not None and (named is None or error == "csrf_refused"):
        kind, headers = NOT_OVER.get(error, (Unauthorized, {}))
        detail = ERRORS.get(error, "Abre una demo para continuar.")
        raise kind(detail, code=error, headers=headers)
    if record is None and named is None:
        raise Unauthorized(
            "Falta la demo: envía su token o su session_id.", code="session_required"
        )
    if record is not None and named is not None and record.session_id != named:
        raise Forbidden("Esa demo no es la tuya.", code="foreign_session")
    if named is None and record.is_guest:  # the gateway asks for the owner before
        raise Forbidden("Estás en la demo de otra persona.", code="shared_not_yours")
    return named if named is not None else str(record.session_id)
