"""Opens, extends, resets and ends demo sessions."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine

from app.control import transitions
from app.control.models import SessionStatus
from app.control.null import ImmediateTasks, NullEvents
from app.control.pool.tenant_pool import Pool
from app.control.ports import (
    BackgroundTasks,
    Dispatcher,
    EventTaker,
    SessionCache,
    TokenIssuer,
    try_dispatch,
)
from app.control.reset.requests import ResetRequests
from app.control.reset.status import ResetStatus
from app.control.sessions.finding import SessionFinder
from app.control.sessions.opening import Opening
from app.control.sessions.publishing import Publishing
from app.control.sessions.refusals import extension_refusal, shortened
from app.control.sessions.session_view import (
    NOTHING_CHOSEN,
    Choices,
    OpenedSession,
    SessionView,
    Visitor,
    session_view,
)
from app.control.sharing.service import revoke_all
from app.database.tenant_cache import TenantCache
from app.demo import template_key
from app.http.metrics.measurements import Measurements
from app.settings.table import Settings
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_SQL = load_statements("app.control", "sessions")
_EXTEND = _SQL["extend_session"]
_NOTE = _SQL["note_once"]

BUSY = 0.8
"""Share of the places that are taken when extensions become half as long."""

FULL = 0.95
"""Share of the places that are taken when there are no extensions."""


class SessionService(SessionFinder):
    """What a visitor can do with a session. Each method owns its transaction."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        cache: SessionCache,
        tokens: TokenIssuer,
        dispatcher: Dispatcher,
        background_tasks: BackgroundTasks | None = None,
        tenant_cache: TenantCache | None = None,
        events: EventTaker | None = None,
        measurements: Measurements | None = None,
    ) -> None:
        super().__init__(engine)
        self._settings = settings
        self._publishing = Publishing(engine, cache)
        self._tokens = tokens
        self._dispatcher = dispatcher
        self._tenant_cache = tenant_cache
        self._resets = ResetRequests(dispatcher)
        self._background_tasks = background_tasks or ImmediateTasks()
        self._duration = settings.demo_session_duration_minutes * 60
        self._pool = Pool(engine, self._duration)
        self._events = events or NullEvents()
        self._measurements = measurements
        self._opening = Opening(engine, settings, self._events)

    def open(
        self,
        account_type: str,
        visitor: Visitor,
        choices: Choices = NOTHING_CHOSEN,
        once: str | None = None,
    ) -> OpenedSession:
        """Open a session: with a ready tenant at once, else waiting for its clone.

        The same visitor's address gets one session for a key `once`, however often it asks.

        Raises:
            Unauthorized: the session of that key is over.
            InvalidRequest: the key was used for another choice.
            Unavailable: too many sessions are open, or the templates are not there yet.
            TooManyRequests: too many sessions were created in the last minute.
        """
        key = template_key(account_type, choices.scenario)
        opened = self._opening.insert(key, visitor, choices, once)
        session = opened.session
        if opened.is_replayed:
            return replace(self._with_token(session), is_replayed=True)
        log.info(
            "session opened",
            action="session_opened",
            session=str(session.id),
            tenant=str(session.tenant_id),
            status=session.status.value,
        )
        # Until then the gateway asks Postgres for it.
        self._background_tasks.submit(
            f"session {session.id}", lambda: self._publishing.remember(session, new=True)
        )
        if opened.awaited is not None:
            try_dispatch("clone", self._dispatcher.clone, opened.awaited)
            session = self._serve_waiting(session)
        else:
            self._refill(key)
            self._measure_wait(0.0)
        return self._with_token(session)

    def _serve_waiting(self, session: SessionView) -> SessionView:
        """Give ready tenants to those that wait, in their order. Return the session as it is then.

        A tenant that became ready as a session began to wait has missed it, and this session did
        not take it, since it is the other's turn.
        """
        served = self._pool.serve_waiting()
        for each in served:
            self._publishing.remember(each)
            self._measure_wait((datetime.now(UTC) - each.created_at).total_seconds())
        return next((each for each in served if each.id == session.id), session)

    def _measure_wait(self, seconds: float) -> None:
        if self._measurements is not None:
            self._measurements.observe("demo_session_wait_seconds", seconds)

    def extend(
        self, session_id: str, once: str | None = None, by: str = "visitor"
    ) -> OpenedSession:
        """Extend a session by one duration, or by half of it while few places are left.

        A session is extended one time for a key `once`.

        Raises:
            Unauthorized, NotFound: the session is over, or does not exist.
            Conflict: it was extended as often as the settings allow, or is not ready yet.
            Unavailable: the last places are taken, and other visitors wait for them.
        """
        parameters = {
            "session_id": session_id,
            "duration": self._duration,
            "max_extensions": self._settings.demo_session_max_extensions,
            "busy": math.ceil(self._settings.demo_max_sessions * BUSY),
            "full": math.ceil(self._settings.demo_max_sessions * FULL),
            "once": once and f"extend {once}",
        }
        with self._engine.begin() as connection:
            row = connection.execute(_EXTEND, parameters).one_or_none()
        if row is None:
            session = self.fetch_active(session_id)
            if once and f"extend {once}" in session.done:
                return replace(self._with_token(session), is_replayed=True)
            most = self._settings.demo_session_max_extensions
            raise extension_refusal(session.extensions, most)
        session = session_view(row)
        self._publishing.remember(session)
        self._events.record("extended", session=session.id, by=by)
        notice = shortened(self._duration / 2) if row.is_shortened else None
        return replace(self._with_token(session), notice=notice)

    def end(self, session_id: str, ended_by: str = "visitor") -> SessionView:
        """End a session at once; its schema is dropped soon after. Ending it again changes nothing.

        Raises:
            NotFound: the session does not exist.
        """
        guests: list[str] = []
        with self._engine.begin() as connection:
            row = transitions.END_SESSION.run(
                connection, session_id=session_id, ended_by=ended_by
            ).one_or_none()
            if row is not None:
                transitions.RELEASE_TENANTS.run(connection, demo_session_ids=[row.id])
                guests = revoke_all(connection, row.id)
        session = self.fetch(session_id) if row is None else session_view(row)
        self._publishing.forget(session_id)
        for guest in guests:
            self._publishing.forget(guest)
        if row is not None:
            log.info(
                "session ended",
                action="session_ended",
                session=str(session.id),
                tenant=str(session.tenant_id),
                ended_by=ended_by,
            )
            self._events.record("ended", session=session.id, by=ended_by)
            tenant = session.tenant_id
            if tenant is not None:
                if self._tenant_cache is not None:
                    self._tenant_cache.drop(tenant)
                try_dispatch("drop", self._dispatcher.drop, tenant)
        return session

    def reset(
        self, session_id: str, wait: float | None = None, once: str | None = None
    ) -> OpenedSession:
        """Bring a session's data back to the template's.

        A job does it, for this process may not touch tenants' tables: in place, where the template
        is still the one that the session's tenant was cut from; else the session gets a fresh
        tenant. Waits for its end for `wait` seconds, by default `DEMO_RESET_WAIT_SECONDS`.

        `once` is noted when it is done, and not before: a reset that was refused or cut is done
        when it is asked for again, and one that is under way is joined. So a key whose answer was
        lost may reset twice, which is once; it is never told of a reset that was not done.

        Raises:
            Unauthorized, NotFound, Conflict: the session is over, missing, or not ready yet.
            Unavailable: it could not be done at this moment; nothing was changed.
        """
        before = self.fetch_active(session_id)
        if once and f"reset {once}" in before.done:
            return replace(self._with_token(before), is_replayed=True)
        seconds = self._settings.demo_reset_wait_seconds if wait is None else wait
        status = self._resets.run(before.id, seconds)
        if once and not status.is_under_way:
            with self._engine.begin() as connection:
                connection.execute(_NOTE, {"id": before.id, "once": f"reset {once}"})
        opened = self._with_token(self.fetch_active(session_id))
        self._events.record("reset", session=before.id, by="visitor")
        return replace(opened, reset_is_under_way=status.is_under_way)

    def find_reset(self, session: SessionView) -> ResetStatus | None:
        """Return how the session's last reset stands; None when nothing is known of one."""
        return self._resets.find_status(session.id)

    def token_for(self, session: SessionView) -> str | None:
        """Return a token for the session, or None if it is over."""
        return self._issue(session) if session.is_open else None

    def _with_token(self, session: SessionView) -> OpenedSession:
        return OpenedSession(session, self._issue(session))

    def _issue(self, session: SessionView) -> str:
        until = session.expires_at
        if session.status is SessionStatus.PENDING:  # its time starts when it gets its data
            minutes = session.choices.minutes
            until += timedelta(seconds=self._duration if minutes is None else minutes * 60)
        return self._tokens.issue(session.session_id, until)

    def _refill(self, key: str) -> None:
        """Have a template's pool refilled; requests at the same moment become one."""
        self._background_tasks.submit(
            f"refill {key}",
            lambda: try_dispatch("refill", self._dispatcher.refill, key),
        )
