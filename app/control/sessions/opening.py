"""Opens a session in the control tables: in one statement, and once for a key."""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from app.control import transitions
from app.control.ports import EventTaker
from app.control.sessions.refusals import over, refusal
from app.control.sessions.session_view import Choices, SessionView, Visitor, session_view
from app.demo import account_type_in
from app.http.idempotency_key import key_reused
from app.insights.events.request import link_of
from app.insights.links.claims import LinkClosed, claim_link
from app.settings.table import Settings
from app.sql_blocks import load_statements

_FIND = load_statements("app.control", "sessions")["find_by_row"]

SECRET_BYTES = 24
"""Random bytes of a session id: 192 bits cannot be guessed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session; the tenant whose clone it waits for, if it does; whether it was opened before."""

    session: SessionView
    awaited: UUID | None
    is_replayed: bool = False


class Opening:
    """Inserts sessions."""

    def __init__(self, engine: Engine, settings: Settings, events: EventTaker) -> None:
        self._engine = engine
        self._settings = settings
        self._events = events

    def insert(self, key: str, visitor: Visitor, choices: Choices, once: str | None) -> Opened:
        """Count, lease and insert, or register a clone: in one round trip, commit included.

        It takes two when few places are left and other sessions are opened at the same moment.
        `key` is the template's. With `once` the session's row has an id that follows from it and
        from the visitor's address: a second row with it cannot be, whatever fails in between.

        Raises:
            Unavailable, TooManyRequests: no session can be opened now.
            Unauthorized, InvalidRequest: as `SessionService.open`.
            LinkClosed: the link that it is opened by may not be used, or not any more.
        """
        row_id = uuid4() if once is None else _row_of(once, visitor)
        try:
            row = self._open(row_id, key, visitor, choices)
        except LinkClosed:
            if once is None or not self._is_there(row_id):
                raise
            return self._opened_before(row_id, key, choices)
        except IntegrityError as error:
            if once is None or not isinstance(error.orig, UniqueViolation):
                raise
            return self._opened_before(row_id, key, choices)
        if row.refusal is not None:
            refused = refusal(row.refusal, row.retry_after)
            self._events.record(
                "refused", reason=refused.error_code, account_type=account_type_in(key)
            )
            raise refused
        session = session_view(row)
        self._events.record(
            "created",
            session=session.id,
            account_type=session.account_type,
            scenario=session.choices.scenario,
            waited=row.awaited is not None,
            **visitor.origin,
            **link_of(session.choices.link),
        )
        return Opened(session, row.awaited)

    def _open(
        self, row_id: UUID, key: str, visitor: Visitor, choices: Choices
    ) -> Row[tuple[object, ...]]:
        call = partial(self._call, row_id, key, visitor, choices)
        with self._engine.connect() as connection:
            if choices.link is not None:
                return _open_by_link(connection, choices.link, call)
            connection.execution_options(isolation_level="AUTOCOMMIT")
            row = call(connection, alone=False)
            while row.refusal == "again":
                row = call(connection, alone=True)
        return row

    def _call(
        self,
        row_id: UUID,
        key: str,
        visitor: Visitor,
        choices: Choices,
        connection: Connection,
        *,
        alone: bool,
    ) -> Row[Any]:
        minutes = choices.minutes or self._settings.demo_session_duration_minutes
        return transitions.OPEN_SESSION.run(
            connection,
            id=row_id,
            tenant_id=uuid4(),
            session_id=f"demo_{secrets.token_urlsafe(SECRET_BYTES)}",
            template_key=key,
            user_id=visitor.user_id,
            ip_address=visitor.ip_address,
            address_digests=list(visitor.address_digests),
            user_agent=visitor.user_agent,
            duration=minutes * 60,
            max_sessions=self._settings.demo_max_sessions,
            max_per_minute=self._settings.demo_creations_per_minute,
            max_per_address=self._settings.demo_sessions_per_address,
            alone=alone,
            details=json.dumps(choices.as_metadata()),
        ).one()

    def _is_there(self, row_id: UUID) -> bool:
        with self._engine.connect() as connection:
            return connection.execute(_FIND, {"id": row_id}).one_or_none() is not None

    def _opened_before(self, row_id: UUID, key: str, choices: Choices) -> Opened:
        with self._engine.connect() as connection:
            row = connection.execute(_FIND, {"id": row_id}).one()
        session = session_view(row)
        if row.is_over or not session.is_open:
            raise over()
        if (session.account_type, session.choices) != (account_type_in(key), choices):
            raise key_reused()
        return Opened(session, None, is_replayed=True)


def _open_by_link(
    connection: Connection, link: str, call: Callable[..., Row[Any]]
) -> Row[tuple[object, ...]]:
    """Open a session and count the link's use together: both happen, or neither.

    It is opened `alone`: in one transaction, two that hold the gate's shared lock would wait for
    each other.
    """
    with connection.begin() as transaction:
        claim_link(connection, link)
        row = call(connection, alone=True)
        if row.refusal is not None:
            transaction.rollback()
    return row


def _row_of(once: str, visitor: Visitor) -> UUID:
    """The id of the session's row for a key from an address; another address has another."""
    scope = visitor.address_digests[0] if visitor.address_digests else ""
    digest = hashlib.sha256(f"{scope} {visitor.user_id} {once}".encode()).digest()
    return UUID(bytes=digest[:16], version=4)
