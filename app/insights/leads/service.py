"""Takes, confirms, shows, exports and deletes leads. Each method owns its transaction.

Whatever a person wrote is encrypted before it reaches the database. A lead's token is in its mail
and in the encrypted text alone: who has it may see, take and delete the lead, without an account.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine

from app.errors import NotFound, TooManyRequests, Unavailable
from app.insights.leads.consent import TEXTS, language_of
from app.insights.leads.stamps import Stamps
from app.insights.leads.telling import tell_of_lead
from app.insights.sealing import Sealing, Unreadable, make_sealing
from app.settings.table import Settings
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_SQL = load_statements("app.insights.leads", "leads")
TOKEN_BYTES = 24
MAILS_PER_MAILBOX = 2
"""A day. Who enters the address of a stranger has that many mails sent to it, and no more."""
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Contact:
    """What a person wrote."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    business: str = field(repr=False)
    message: str = field(repr=False)
    consent_version: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a lead comes from, as plain words: nothing of it leads to a session."""

    account_type: str | None = None
    scenario: str | None = None
    link: str | None = None
    language: str = "es"


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead. What its person wrote is None where no key reads it."""

    id: UUID
    created_at: datetime
    confirmed_at: datetime | None
    consent_version: str
    consent_text: str
    origin: Origin
    mailed_at: datetime | None
    mail_failure: str | None
    contact: Contact | None = field(repr=False)

    @property
    def consent_language(self) -> str:
        """Return the language of what was agreed to."""
        return language_of(self.consent_version)


class Leads:
    """The leads of this installation; without a key of `LEADS_KEYS` none are taken."""

    def __init__(
        self, engine: Engine, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._sealing = make_sealing(settings)
        self._clock = clock
        self.stamps = Stamps(settings.jwt_secrets)

    @property
    def is_open(self) -> bool:
        """True if leads can be taken."""
        return self._sealing is not None

    @property
    def sends_mail(self) -> bool:
        """True if a mail asks each person to confirm the address."""
        return bool(self._settings.smtp_from)

    @property
    def sealing(self) -> Sealing:
        """What encrypts leads.

        Raises:
            Unavailable: there is no key.
        """
        if self._sealing is None:
            raise Unavailable(
                "Ahora mismo no podemos recibir mensajes aquí.", code="contact_closed"
            )
        return self._sealing

    def take(self, contact: Contact, origin: Origin, form_key: str) -> UUID | None:
        """Keep a lead, and have its mail sent. One form makes one lead, however often it is sent.

        Return its id; None where the form had been sent before.

        Raises:
            InvalidRequest: the form was not opened here, or too short or too long ago.
            TooManyRequests: all leads that a day may bring are there.
            Unavailable: there is no key to encrypt it with.
        """
        sealing = self.sealing
        row = self.stamps.read(form_key, self._clock())
        mailboxes = sealing.digests(mailbox_of(contact.email))
        values = {
            "id": row,
            "sealed": sealing.seal(_as_document(contact, secrets.token_urlsafe(TOKEN_BYTES))),
            "mailbox": mailboxes[0],
            "mailboxes": mailboxes,
            "consent_version": contact.consent_version,
            "consent_text": TEXTS[contact.consent_version],
            "account_type": origin.account_type,
            "scenario": origin.scenario,
            "link": origin.link,
            "language": origin.language,
            "with_mail": self.sends_mail,
            "mails_per_mailbox": MAILS_PER_MAILBOX,
            "per_day": self._settings.leads_per_day,
        }
        with self._engine.begin() as connection:
            connection.execute(_SQL["lock_mailbox"], {"mailbox": mailboxes[0]})
            taken = connection.execute(_SQL["insert_lead"], values).scalar_one_or_none()
            if taken is None and not connection.execute(_SQL["is_known"], {"id": row}).scalar_one():
                raise TooManyRequests(
                    "Hoy hemos recibido más mensajes de los que caben. Prueba mañana.",
                    code="contact_full",
                    headers={"Retry-After": "3600"},
                )
            if taken is not None and not self.sends_mail:
                tell_of_lead(connection, sealing, row, contact, origin, is_confirmed=False)
        if taken is not None:
            log.info("lead taken", action="lead_taken")  # without its id: the line has a session's
        return taken

    def fetch_by_token(self, token: str) -> Lead:
        """Return the lead whose token this is.

        Raises:
            NotFound: there is none, or no more.
        """
        row_id, _, secret = token.partition(".")
        try:
            wanted = UUID(row_id)
        except ValueError:
            raise _unknown() from None
        with self._engine.connect() as connection:
            row = connection.execute(_SQL["find_lead"], {"id": wanted}).one_or_none()
        if row is None:
            raise _unknown()
        try:
            document = self.sealing.open(row.sealed)
        except Unreadable:
            raise _unknown() from None
        if not hmac.compare_digest(str(document["token"]).encode(), secret.encode()):
            raise _unknown()
        return self._lead(row)

    def confirm(self, token: str) -> Lead:
        """Note that the address is the person's; doing it again changes nothing.

        Raises:
            NotFound: the token is no lead's.
        """
        lead = self.fetch_by_token(token)
        assert lead.contact is not None, "its token was read by a key"
        with self._engine.begin() as connection:
            confirmed = connection.execute(_SQL["confirm_lead"], {"id": lead.id}).one_or_none()
            if confirmed is not None:
                tell_of_lead(
                    connection, self.sealing, lead.id, lead.contact, lead.origin, is_confirmed=True
                )
        return self.fetch_by_token(token)

    def delete(self, token: str) -> None:
        """Delete a lead at its person's request.

        Raises:
            NotFound: the token is no lead's.
        """
        self._delete([self.fetch_by_token(token).id])

    def delete_for(self, ids: list[UUID], who: str) -> int:
        """Delete leads at an operator's request, who is noted; return how many there were."""
        deleted = self._delete(ids)
        for row in deleted:
            self.note_access(who, "delete", lead=row)
        return len(deleted)

    def find_ids(self, email: str) -> list[UUID]:
        """Return the leads of an address, the newest first."""
        mailboxes = self.sealing.digests(mailbox_of(email))
        with self._engine.connect() as connection:
            found = connection.execute(_SQL["find_by_mailbox"], {"mailboxes": mailboxes})
            return list(found.scalars())

    def read(self, lead_id: UUID, who: str) -> Lead:
        """Return a lead for an operator, whose reading is noted.

        Raises:
            NotFound: there is no such lead.
        """
        with self._engine.begin() as connection:
            row = connection.execute(_SQL["find_lead"], {"id": lead_id}).one_or_none()
            if row is None:
                raise _unknown()
            self._note(connection, who, "read", lead_id, 1)
        return self._lead(row)

    def read_all(self, who: str) -> list[Lead]:
        """Return every lead, the newest first, for an operator whose reading is noted."""
        with self._engine.begin() as connection:
            rows = connection.execute(_SQL["newest_leads"], {"limit": None, "offset": 0}).all()
            self._note(connection, who, "export", None, len(rows))
        return [self._lead(row) for row in rows]

    def newest(self, limit: int, offset: int = 0) -> list[Any]:
        """Return the newest leads' rows, encrypted as they are."""
        with self._engine.connect() as connection:
            values = {"limit": limit, "offset": offset}
            return list(connection.execute(_SQL["newest_leads"], values))

    def counts(self) -> dict[str, int]:
        """Return how many leads there are, how many are confirmed, and how many got no mail."""
        with self._engine.connect() as connection:
            return dict(connection.execute(_SQL["count_leads"]).one()._mapping)

    def accesses(self, limit: int) -> list[Any]:
        """Return who read or deleted leads, the newest first."""
        with self._engine.connect() as connection:
            return list(connection.execute(_SQL["newest_access"], {"limit": limit}))

    def note_access(self, who: str, what: str, *, lead: UUID | None = None, leads: int = 1) -> None:
        """Note who read or deleted leads."""
        with self._engine.begin() as connection:
            self._note(connection, who, what, lead, leads)

    def purge(self) -> int:
        """Delete what is older than the settings allow; return how many leads that were."""
        values = {
            "retention": self._settings.leads_retention_days * DAY_SECONDS,
            "unconfirmed": self._settings.leads_unconfirmed_days * DAY_SECONDS,
        }
        with self._engine.begin() as connection:
            return len(connection.execute(_SQL["purge_leads"], values).all())

    def _delete(self, ids: list[UUID]) -> list[UUID]:
        with self._engine.begin() as connection:
            deleted = connection.execute(_SQL["delete_leads"], {"ids": ids}).scalars().all()
        for row in deleted:
            log.info("lead deleted", action="lead_deleted", lead=str(row))
        return list(deleted)

    def _note(self, connection: Any, who: str, what: str, lead: UUID | None, leads: int) -> None:
        values = {"who": who, "what": what, "lead": lead, "leads": leads}
        connection.execute(_SQL["note_access"], values)

    def _lead(self, row: Any) -> Lead:
        try:
            document = self.sealing.open(row.sealed)
        except Unreadable:
            contact = None
        else:
            fields = {name: str(document[name]) for name in _WRITTEN}
            contact = Contact(**fields, consent_version=row.consent_version)
        return Lead(
            id=row.id,
            created_at=row.created_at,
            confirmed_at=row.confirmed_at,
            consent_version=row.consent_version,
            consent_text=row.consent_text,
            origin=Origin(row.account_type, row.scenario, row.link, row.language),
            mailed_at=row.mailed_at,
            mail_failure=row.mail_failure,
            contact=contact,
        )


_WRITTEN = ("name", "email", "business", "message")


def mailbox_of(email: str) -> str:
    """Return what an address is counted by: without case, and without what follows a plus."""
    local, _, domain = email.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _as_document(contact: Contact, token: str) -> dict[str, str]:
    return {name: getattr(contact, name) for name in _WRITTEN} | {"token": token}


def _unknown() -> NotFound:
    return NotFound("No tenemos estos datos: puede que ya se hayan borrado.", code="lead_unknown")
