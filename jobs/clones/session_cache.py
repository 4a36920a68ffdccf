"""Tells the gateway's store of sessions what changed."""

import time
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from redis.exceptions import RedisError

from app.control.states import SessionStatus
from gateway.sessions.record import SessionRecord
from gateway.sessions.store import BELIEVE_FOR, RedisSessions

CLOCKS_DIFFER = timedelta(seconds=1)
"""How far the clocks of two web processes may be apart."""

RETRY_SECONDS = 0.2


class KnownSession(Protocol):
    """A session, as far as the gateway has to know it."""

    @property
    def id(self) -> UUID:
        """The row's id."""

    @property
    def session_id(self) -> str:
        """The visitor's secret."""

    @property
    def tenant_id(self) -> UUID | None:
        """Whose data it shows."""

    @property
    def account_type(self) -> str:
        """Its template's account type."""

    @property
    def status(self) -> SessionStatus:
        """How it stands."""

    @property
    def created_at(self) -> datetime:
        """When it was asked for."""

    @property
    def expires_at(self) -> datetime:
        """When it ends."""

    @property
    def read_at(self) -> datetime:
        """When the row was read."""

    @property
    def is_open(self) -> bool:
        """True while it waits for its schema or has it."""


class GatewayCache:
    """The session service's view of the gateway's store of sessions."""

    def __init__(self, store: RedisSessions) -> None:
        self._store = store

    def put(self, session: KnownSession, *, new: bool = False) -> None:
        """Make the session known to every gateway process; a `new` one if nothing is known of it.

        What is told late of a new session must not undo what happened meanwhile.
        """
        if new:
            self._store.refresh(session_record(session), as_of=session.read_at)
        else:
            self._store.put(session_record(session), as_of=session.read_at)

    def forget(self, session_id: str, *, wait: bool = True) -> None:
        """Have the session refused by every gateway process from the moment when this returns.

        A tombstone in Redis does that at once. Where it cannot be written, this waits until no
        process believes an older record any more; without `wait` it does not.

        Raises:
            RedisError: the tombstone was not written, within that time.
        """
        deadline = time.monotonic() + (BELIEVE_FOR + CLOCKS_DIFFER).total_seconds()
        while True:
            try:
                self._store.forget(session_id)
            except RedisError:
                if not wait or time.monotonic() >= deadline:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                return

    def find(self, session_id: str) -> SessionRecord | None:
        """What gateway processes find.

        Raises:
            SessionForgotten: the session was destroyed.
        """
        return self._store.get(session_id)


def session_record(session: KnownSession) -> SessionRecord:
    """Return a session as the gateway knows it."""
    return SessionRecord(
        session_id=session.session_id,
        id=session.id,
        tenant_id=session.tenant_id,
        account_type=session.account_type,
        status=session.status.value,
        expires_at=session.expires_at,
    )
