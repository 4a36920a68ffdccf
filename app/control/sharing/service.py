"""Makes, opens and revokes share links."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

import structlog
from redis import RedisError
from sqlalchemy import Connection, Engine

from app.control.ports import SessionCache, TokenIssuer
from app.control.sessions.refusals import over
from app.control.sharing.share_view import Access, Share, SharedSession, share_of, shared_session
from app.errors import AppError, Gone, NotFound, TooManyRequests
from app.http.idempotency_key import key_reused
from app.language.texts import _
from app.settings.table import Settings
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_SQL = load_statements("app.control", "shares")

OPEN_AT_ONCE = 3
"""Links of a session that are open at the same time."""

MOST_LINKS = 20
"""Links that a session makes in its life."""

SECRET_BYTES = 16
"""Bytes of a link's secret: 128 bits cannot be guessed."""


class ShareService:
    """What an owner and a guest can do with share links. Each method owns its transaction."""

    def __init__(
        self, engine: Engine, settings: Settings, cache: SessionCache, tokens: TokenIssuer
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._cache = cache
        self._tokens = tokens

    def create(self, session: UUID, access: Access, once: str | None = None) -> Share:
        """Make a link into a session, named by its row. The answer alone holds the secret.

        The secret follows from a number that is used once and from the server's key, so that a
        request that is repeated under its key `once` gets the same link; only its digest is kept.

        Raises:
            Unauthorized: the session is over, or not ready yet.
            TooManyRequests: as many links are open, or were made, as may be.
            InvalidRequest: the key was used for the other kind of link.
        """
        number = once or secrets.token_hex(SECRET_BYTES)
        row_id = UUID(bytes=self._derive("link", session, number)[:16], version=4)
        secret = urlsafe_b64encode(self._derive("secret", session, number)[:SECRET_BYTES])
        text = secret.decode().rstrip("=")
        with self._engine.begin() as connection:
            locked = connection.execute(_SQL["lock_session"], {"demo_session_id": session})
            if locked.one_or_none() is None:
                raise over()
            row = connection.execute(_SQL["find_share"], {"id": row_id}).one_or_none()
            if row is None:
                _ensure_room(connection, session)
                row = connection.execute(
                    _SQL["insert_share"],
                    {
                        "id": row_id,
                        "demo_session_id": session,
                        "secret_digest": _digest(text),
                        "access": access.value,
                    },
                ).one()
        if row.access != access.value:
            raise key_reused()
        log.info("link made", action="share_created", session=str(session), share=str(row_id))
        return share_of(row, text)

    def list_open(self, session: UUID) -> list[Share]:
        """Return the links of a session that are not revoked, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_SQL["list_shares"], {"demo_session_id": session})
            return [share_of(row) for row in rows]

    def revoke(self, session: UUID, share: UUID) -> None:
        """Close a link of a session, to those who are inside too. Again it changes nothing.

        Raises:
            NotFound: the session has no such link.
        """
        with self._engine.begin() as connection:
            named = {"id": share, "demo_session_id": session}
            closed = connection.execute(_SQL["revoke_share"], named).one_or_none() is not None
            known = connection.execute(_SQL["find_share"], {"id": share}).one_or_none()
        if known is None or known.demo_session_id != session:
            raise NotFound("Esta demo no tiene ese enlace.", code="share_unknown")
        if closed:
            log.info("link closed", action="share_closed", session=str(session), share=str(share))
        try:
            self._cache.forget(f"share_{share.hex}")
        except RedisError as error:  # its record is believed no longer than that call has tried
            log.warning("link not forgotten", action="cache_failed", error=type(error).__name__)

    def look_up(self, secret: str) -> SharedSession:
        """Return what a link leads to, while it does.

        Raises:
            Gone: it is closed, or its session is over.
            NotFound: there is no such link.
        """
        with self._engine.connect() as connection:
            row = connection.execute(
                _SQL["find_shared_by_secret"], {"secret_digest": _digest(secret)}
            ).one_or_none()
        if row is None:
            raise unknown_link()
        shared = shared_session(row)
        if not shared.is_open:
            raise closed_link()
        return shared

    def open(self, secret: str) -> tuple[SharedSession, str]:
        """Let a guest in; return the session and the guest's token.

        Raises:
            Gone, NotFound: as `look_up`.
        """
        shared = self.look_up(secret)
        with self._engine.begin() as connection:
            connection.execute(_SQL["count_opening"], {"id": shared.share})
        session = shared.session
        # The record decides when it ends: the token lasts as long as the session may be extended.
        left = max(0, self._settings.demo_session_max_extensions - session.extensions)
        longest = timedelta(minutes=self._settings.demo_session_duration_minutes * left)
        token = self._tokens.issue_for_share(shared.share, session.expires_at + longest)
        log.info("guest let in", action="share_opened", share=str(shared.share))
        return shared, token

    def find(self, share: UUID) -> SharedSession | None:
        """Return what a link of any state leads to, for the gateway; None if there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(_SQL["find_shared_by_id"], {"id": share}).one_or_none()
        return None if row is None else shared_session(row)

    def _derive(self, what: str, session: UUID, number: str) -> bytes:
        key = hmac.digest(self._settings.jwt_secret.encode(), b"share links", "sha256")
        return hmac.digest(key, f"{what} {session} {number}".encode(), "sha256")


def revoke_all(connection: Connection, session: UUID) -> list[str]:
    """Close the links of a session that ends; return what the gateway knows them by."""
    closed = connection.execute(_SQL["revoke_shares"], {"demo_session_id": session})
    return [f"share_{row.id.hex}" for row in closed]


def unknown_link() -> NotFound:
    """Return the error for a link that does not exist: a guess, or a link that was cut short."""
    return NotFound(
        "No conocemos este enlace. Puede que falte un trozo: cópialo entero.", code="share_unknown"
    )


def closed_link() -> AppError:
    """Return the error for a link that leads nowhere any more."""
    return Gone(
        "Esta demo ya no está abierta: ha terminado, o quien la compartía cerró el enlace.",
        code="share_closed",
    )


def _ensure_room(connection: Connection, session: UUID) -> None:
    count = connection.execute(_SQL["count_shares"], {"demo_session_id": session}).one()
    if count.open_now >= OPEN_AT_ONCE:
        raise TooManyRequests(
            _(
                "Una demo tiene %(number)s enlaces abiertos a la vez. Cierra uno para hacer otro.",
                number=OPEN_AT_ONCE,
            ),
            code="too_many_shares",
        )
    if count.ever >= MOST_LINKS:
        raise TooManyRequests(
            _("En esta demo ya se han hecho los %(number)s enlaces posibles.", number=MOST_LINKS),
            code="too_many_shares",
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
