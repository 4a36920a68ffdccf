"""Opens, extends, resets and ends demo sessions, as their visitors ask."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from redis import RedisError
from sqlalchemy import Engine, select, text, update

from app.config import Settings
from app.control import queries
from app.control.models import DemoSession, SessionStatus, Tenant, TenantState
from app.control.null import ImmediateTasks
from app.control.ports import BackgroundTasks, Dispatcher, SessionCache, TokenIssuer
from app.control.reset.resetting import Resetter
from app.control.sessions.refusals import refusal
from app.control.sessions.session_view import SessionView, Visitor, session_view
from app.errors import Conflict, NotFound, Unauthorized, Unavailable

log = structlog.get_logger(__name__)

SECRET_BYTES = 24
"""Random bytes of a session id: 192 bits, out of reach of guessing."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session with the token that stands for it."""

    session: SessionView
    token: str


class SessionService:
    """The life of a session, as its visitor commands it."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        cache: SessionCache,
        tokens: TokenIssuer,
        dispatcher: Dispatcher,
        resetter: Resetter | None = None,
        background_tasks: BackgroundTasks | None = None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._cache = cache
        self._tokens = tokens
        self._dispatcher = dispatcher
        self._resetter = resetter or Resetter(engine, engine)
        self._background_tasks = background_tasks or ImmediateTasks()
        self._duration = settings.demo_session_duration_minutes * 60

    def open(self, account_type: str, visitor: Visitor) -> OpenedSession:
        """Give a visitor a session: with a ready tenant at once, else waiting for its clone.

        Raises:
            Unavailable: too many sessions are open, or the templates are not there yet.
            TooManyRequests: too many sessions were created in the last minute.
        """
        session, clone = self._insert(account_type, visitor)
        log.info(
            "session opened",
            action="session_opened",
            session=str(session.id),
            tenant=str(session.tenant_id),
            status=session.status.value,
        )
        # The gateway asks Postgres for whom it does not know yet.
        self._background_tasks.submit(
            f"session {session.id}", lambda: self._remember(session, new=True)
        )
        if clone is not None:
            self._try("clone", lambda: self._dispatcher.clone(clone))
        else:
            self._refill(account_type)
        return self._with_token(session)

    def _insert(self, account_type: str, visitor: Visitor) -> tuple[SessionView, UUID | None]:
        """One round trip, its commit included: count, lease and insert, or register a clone.

        Two, where others open sessions too and no more than a few places are left.
        """
        row = None
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            while row is None or row.refusal == "again":
                row = connection.execute(
                    queries.OPEN_SESSION,
                    {
                        "id": uuid4(),
                        "tenant_id": uuid4(),
                        "session_id": f"demo_{secrets.token_urlsafe(SECRET_BYTES)}",
                        "account_type": account_type,
                        "user_id": visitor.user_id,
                        "ip_address": visitor.ip_address,
                        "user_agent": visitor.user_agent,
                        "duration": self._duration,
                        "max_sessions": self._settings.demo_max_sessions,
                        "max_per_minute": self._settings.demo_creations_per_minute,
                        "alone": row is not None,
                    },
                ).one()
        if row.refusal is not None:
            raise refusal(row.refusal, row.retry_after)
        return session_view(row), row.awaited

    def extend(self, session_id: str) -> OpenedSession:
        """Let a session last longer by one duration.

        Raises:
            Unauthorized, NotFound: the session is over, or there is none.
            Conflict: it was extended as often as is allowed, or is not ready yet.
        """
        parameters = {
            "session_id": session_id,
            "duration": self._duration,
            "max_extensions": self._settings.demo_session_max_extensions,
        }
        with self._engine.begin() as connection:
            row = connection.execute(queries.EXTEND, parameters).one_or_none()
        if row is None:
            self._ensure_active(session_id)
            most = self._settings.demo_session_max_extensions
            raise Conflict(
                f"Esta demo ya se ha ampliado las {most} veces posibles. Puedes abrir otra.",
                code="extension_limit",
            )
        session = session_view(row)
        self._remember(session)
        return self._with_token(session)

    def end(self, session_id: str, ended_by: str = "visitor") -> SessionView:
        """End a session at once; its schema is dropped soon after. Ending twice is ending once.

        Raises:
            NotFound: there is no such session.
        """
        with self._engine.begin() as connection:
            row = connection.execute(
                queries.END,
                {"session_id": session_id, "status": "destroyed", "ended_by": ended_by},
            ).one_or_none()
            if row is not None:
                connection.execute(queries.RELEASE, {"sessions": [row.id]})
        session = self.fetch(session_id) if row is None else session_view(row)
        self._forget(session_id)
        if row is not None:
            log.info(
                "session ended",
                action="session_ended",
                session=str(session.id),
                tenant=str(session.tenant_id),
                ended_by=ended_by,
            )
            tenant = session.tenant_id
            if tenant is not None:
                self._try("drop", lambda: self._dispatcher.drop(tenant))
        return session

    def reset(self, session_id: str) -> OpenedSession:
        """Give a session the template's data again.

        In place, where the template is still the one that the session's tenant was cut from;
        else the session gets a fresh tenant.

        Raises:
            Unauthorized, NotFound, Conflict: the session is over, missing, or not ready yet.
            Unavailable: no tenant is ready at this moment.
        """
        before = self._ensure_active(session_id)
        restored = self._resetter.restore(session_id)
        if restored is not None:
            return self._with_token(restored)
        fresh = self._resetter.replace(session_id)
        self._refill(before.account_type)
        if fresh is None:
            self._ensure_active(session_id)
            raise Unavailable(
                "Ahora mismo no hay datos nuevos preparados. Inténtalo en unos segundos.",
                code="pool_empty",
                headers={"Retry-After": "5"},
            )
        self._remember(fresh)
        old = before.tenant_id
        if old is not None:
            self._try("drop", lambda: self._dispatcher.drop(old))
        return self._with_token(fresh)

    def fetch(self, session_id: str) -> SessionView:
        """The session.

        Raises:
            NotFound: there is no such session.
        """
        found = self.find(session_id)
        if found is None:
            raise NotFound("No conocemos esta demo. Abre una nueva.", code="session_unknown")
        return found

    def fetch_open(self, session_id: str) -> SessionView:
        """The session, while it waits for its data or has them.

        Raises:
            Unauthorized: it is over, or there is none.
        """
        session = self.find(session_id)
        if session is None or not session.is_open:
            raise _over()
        return session

    def find(self, session_id: str) -> SessionView | None:
        """The session, if there is one; what the clock has ended counts as expired at once."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(
                    *DemoSession.__table__.columns,
                    (DemoSession.expires_at <= text("now()")).label("is_over"),
                ).where(DemoSession.session_id == session_id)
            ).one_or_none()
        if row is None:
            return None
        session = session_view(row)
        return _expired(session) if row.is_over and session.is_open else session

    def awaited_tenant(self, session: SessionView) -> UUID | None:
        """The tenant that is being cloned because the session asked for it."""
        with self._engine.connect() as connection:
            return connection.execute(
                select(Tenant.id).where(
                    Tenant.demo_session_id == session.id, Tenant.state == TenantState.CLONING
                )
            ).scalar_one_or_none()

    def token_for(self, session: SessionView) -> str | None:
        """A token for a session that is open; the session itself decides how long it counts."""
        return self._issue(session) if session.is_open else None

    def _ensure_active(self, session_id: str) -> SessionView:
        session = self.fetch(session_id)
        if session.status is SessionStatus.PENDING:
            raise Conflict("Tu demo se está preparando todavía.", code="session_pending")
        if session.status is not SessionStatus.ACTIVE:
            raise _over()
        return session

    def _with_token(self, session: SessionView) -> OpenedSession:
        return OpenedSession(session, self._issue(session))

    def _issue(self, session: SessionView) -> str:
        until = session.expires_at
        if session.status is SessionStatus.PENDING:  # its time begins anew when it is served
            until += timedelta(seconds=self._duration)
        return self._tokens.issue(session.session_id, until)

    def _remember(self, session: SessionView, *, new: bool = False) -> None:
        """Tell the gateway. When Redis is away it will ask Postgres instead."""
        try:
            self._cache.put(session, new=new)
        except RedisError as error:
            log.warning(
                "session not cached",
                action="cache_failed",
                session=str(session.id),
                error=type(error).__name__,
            )
            with self._engine.begin() as connection:
                connection.execute(
                    update(DemoSession)
                    .where(DemoSession.id == session.id)
                    .values(redis_populated=False)
                )

    def _forget(self, session_id: str) -> None:
        try:
            self._cache.forget(session_id)
        except RedisError as error:
            log.warning("session not forgotten", action="cache_failed", error=type(error).__name__)

    def _refill(self, account_type: str) -> None:
        """Ask for a refill, many askers at once as one."""

        def ask() -> None:
            self._try("refill", lambda: self._dispatcher.refill(account_type))

        self._background_tasks.submit(f"refill {account_type}", ask)

    def _try(self, what: str, dispatch: Callable[[], None]) -> None:
        """Hand work over; what cannot be handed over now, cleanup does within its minute."""
        try:
            dispatch()
        except RedisError as error:
            log.warning(
                "work not handed over",
                action="dispatch_failed",
                what=what,
                error=type(error).__name__,
            )


def _expired(session: SessionView) -> SessionView:
    return replace(session, status=SessionStatus.EXPIRED)


def _over() -> Unauthorized:
    return Unauthorized("Esta demo ya ha terminado. Abre una nueva.", code="session_expired")
