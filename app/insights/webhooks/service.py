"""Endpoints that are told of what happens, and the log of what they were told."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine

from app.errors import InvalidRequest, NotFound
from app.insights.sealing import Sealing, Unreadable, make_sealing
from app.insights.webhooks.kinds import KINDS
from app.insights.webhooks.target import is_public
from app.settings.table import Settings
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_SQL = load_statements("app.insights.webhooks", "webhooks")
SECRET_BYTES = 32
PREFIX = "whsec_"
DAY_SECONDS = 86_400
LONGEST_URL = 2000


class Unusable(InvalidRequest):
    """An endpoint cannot be what an operator asks for."""


class UnknownWebhook(NotFound):
    """There is no such endpoint or delivery."""


@dataclass(frozen=True, slots=True)
class Added:
    """An endpoint that was made or got a new secret, which is shown this once."""

    id: UUID
    secret: str = field(repr=False)


class Webhooks:
    """The endpoints of this installation. Their secrets are encrypted under `LEADS_KEYS`."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._sealing = make_sealing(settings)

    @property
    def sealing(self) -> Sealing:
        """What encrypts secrets.

        Raises:
            Unusable: there is no key.
        """
        if self._sealing is None:
            raise Unusable("LEADS_KEYS is not set: a secret could not be kept encrypted.")
        return self._sealing

    def add(self, title: str, url: str, kinds: list[str], who: str) -> Added:
        """Add an endpoint.

        Raises:
            Unusable: its URL or a kind cannot be used.
        """
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise Unusable(f"{unknown[0]} is no kind; use some of {', '.join(KINDS)}.")
        if not kinds or not title.strip():
            raise Unusable("An endpoint needs a title, and a kind that it is told of.")
        ensure_usable(url, self._settings.webhook_private_targets)
        secret = _new_secret()
        values = {
            "title": title.strip()[:100],
            "url": url,
            "kinds": kinds,
            "secrets": self.sealing.seal({"secrets": [secret]}),
            "created_by": who,
        }
        with self._engine.begin() as connection:
            row = connection.execute(_SQL["insert_endpoint"], values).scalar_one()
        return Added(row, secret)

    def rotate(self, endpoint: UUID) -> Added:
        """Give an endpoint a new secret; messages are signed with the one before it, too.

        Raises:
            NotFound: there is no such endpoint.
        """
        secret = _new_secret()
        with self._engine.begin() as connection:
            known = self.secrets_of(self._find(connection, endpoint).secrets)
            self._keep_secrets(connection, endpoint, [secret, *known[:1]])
        return Added(endpoint, secret)

    def retire(self, endpoint: UUID) -> None:
        """Sign with the newest secret only.

        Raises:
            NotFound: there is no such endpoint.
        """
        with self._engine.begin() as connection:
            known = self.secrets_of(self._find(connection, endpoint).secrets)
            self._keep_secrets(connection, endpoint, known[:1])

    def secrets_of(self, sealed: str) -> list[str]:
        """Return an endpoint's secrets, the newest first.

        Raises:
            Unreadable: none of `LEADS_KEYS` encrypted them.
        """
        return [str(secret) for secret in self.sealing.open(sealed)["secrets"]]

    def switch(self, endpoint: UUID, *, on: bool) -> None:
        """Tell an endpoint of what happens from now on, or of nothing.

        Raises:
            NotFound: there is no such endpoint.
        """
        with self._engine.begin() as connection:
            values = {"id": endpoint, "on": on}
            if connection.execute(_SQL["switch_endpoint"], values).one_or_none() is None:
                raise _unknown()

    def remove(self, endpoint: UUID) -> None:
        """Delete an endpoint and the log of what it was told.

        Raises:
            NotFound: there is no such endpoint.
        """
        with self._engine.begin() as connection:
            deleted = connection.execute(_SQL["delete_endpoint"], {"id": endpoint})
            if deleted.one_or_none() is None:
                raise _unknown()

    def endpoints(self) -> list[Any]:
        """Return the endpoints, with how many deliveries are in which state."""
        with self._engine.connect() as connection:
            return list(connection.execute(_SQL["endpoints"]))

    def deliveries(self, state: str | None = None, limit: int = 50) -> list[Any]:
        """Return the newest deliveries."""
        with self._engine.connect() as connection:
            values = {"state": state, "limit": limit}
            return list(connection.execute(_SQL["newest_deliveries"], values))

    def fetch_delivery(self, delivery: int) -> Any:
        """Return a delivery with its message, whose body may be encrypted.

        Raises:
            NotFound: there is no such delivery.
        """
        with self._engine.connect() as connection:
            found = connection.execute(_SQL["find_delivery"], {"id": delivery}).one_or_none()
        if found is None:
            raise _unknown()
        return found

    def replay(self, delivery: int | None) -> int:
        """Send a delivery again, or all that are dead; return how many."""
        with self._engine.begin() as connection:
            return len(connection.execute(_SQL["replay"], {"id": delivery}).all())

    def purge(self) -> None:
        """Delete messages that are older than the settings say, with their deliveries."""
        retention = self._settings.webhook_retention_days * DAY_SECONDS
        with self._engine.begin() as connection:
            connection.execute(_SQL["purge_messages"], {"retention": retention})

    def _find(self, connection: Connection, endpoint: UUID) -> Any:
        row = connection.execute(_SQL["find_endpoint"], {"id": endpoint}).one_or_none()
        if row is None:
            raise _unknown()
        return row

    def _keep_secrets(self, connection: Connection, endpoint: UUID, kept: list[str]) -> None:
        sealed = self.sealing.seal({"secrets": kept})
        connection.execute(_SQL["change_secrets"], {"id": endpoint, "secrets": sealed})


def queue_message(
    connection: Connection,
    kind: str,
    body: dict[str, Any] | None = None,
    *,
    sealed: str | None = None,
    lead: UUID | None = None,
    once: str | None = None,
) -> str | None:
    """Queue a message in the transaction of what it tells of; None where no endpoint wants it.

    A message with a key `once` is queued one time for it.
    """
    assert kind in KINDS, kind
    values = {
        "kind": kind,
        "body": None if body is None else json.dumps(body),
        "sealed": sealed,
        "lead": lead,
        "once": once,
    }
    queued: str | None = connection.execute(_SQL["queue"], values).scalar_one()
    return queued


def reseal_webhooks(engine: Engine, sealing: Sealing) -> int:
    """Encrypt secrets and messages under the newest key; return how many no key reads."""
    unreadable = 0
    with engine.begin() as connection:
        for row in connection.execute(_SQL["endpoints"]).all():
            try:
                values = {"id": row.id, "secrets": sealing.rotate(row.secrets)}
                connection.execute(_SQL["change_secrets"], values)
            except Unreadable:
                unreadable += 1
    after = ""
    while True:
        with engine.begin() as connection:
            rows = connection.execute(_SQL["sealed_messages"], {"after": after}).all()
            for row in rows:
                try:
                    values = {"id": row.id, "sealed": sealing.rotate(row.sealed)}
                    connection.execute(_SQL["reseal_message"], values)
                except Unreadable:
                    unreadable += 1
        if not rows:
            return unreadable
        after = rows[-1].id


def ensure_usable(url: str, private_targets: bool) -> None:
    """Refuse an address that no message would be sent to; names are looked up when one is.

    Raises:
        Unusable: it is no HTTPS address, or names a private one.
    """
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.username or len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise Unusable(f"{url[:100]!r} is no address of an endpoint.")
    if private_targets and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise Unusable("An endpoint has an address that begins with https://.")
    try:
        literal = ip_address(host)
    except ValueError:
        return
    if not is_public(literal):
        raise Unusable(f"{host} is no public address.")


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _unknown() -> NotFound:
    return UnknownWebhook("There is no such endpoint or delivery.", code="webhook_unknown")
