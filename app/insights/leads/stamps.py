"""Stamps of the contact form: when it was opened, and which lead it may become.

A form that is sent twice makes one lead, and one that was filled in within no time none.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from itsdangerous import BadSignature, TimestampSigner

from app.errors import InvalidRequest
from app.language.texts import N_

LEAST_SECONDS = 3
"""A person does not read the form and fill it in sooner."""

MOST_SECONDS = 86_400

TOO_SOON = N_(
    "El formulario ha llegado demasiado deprisa. Espera unos segundos y envíalo otra vez."
)
TOO_OLD = N_("El formulario llevaba demasiado tiempo abierto. Envíalo otra vez.")


class Stamps:
    """Makes and reads stamps; `secrets` are those of `JWT_SECRET`, the newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._signer = TimestampSigner(list(reversed(secrets)), salt="contact form")

    def make(self) -> str:
        """Return a stamp for a form that is opened now."""
        return self._signer.sign(uuid4().hex).decode()

    def read(self, stamp: str, now: float) -> UUID:
        """Return the id of the lead that a form with this stamp becomes.

        Raises:
            InvalidRequest: the form was opened too short or too long ago, or has no stamp of ours.
        """
        try:
            value, opened = self._signer.unsign(stamp, return_timestamp=True)
            row = UUID(value.decode())
        except (BadSignature, ValueError):
            raise InvalidRequest(TOO_OLD, code="form_outdated") from None
        age = now - opened.timestamp()
        if age > MOST_SECONDS:
            raise InvalidRequest(TOO_OLD, code="form_outdated")
        if age < LEAST_SECONDS:
            raise InvalidRequest(TOO_SOON, code="form_too_soon")
        return row
