"""Resets a session: in place where that is possible, else with a fresh tenant."""

from typing import Any, cast

import psycopg
import structlog
from sqlalchemy import Connection, Engine

from app.control import transitions
from app.control.reset.repair import Restored
from app.control.reset.restore import Outdated, Restorer
from app.control.sessions.session_view import SessionView, session_view
from app.database.row_quota import RowQuota
from app.errors import Unavailable
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_HOLD = load_statements("app.control", "sessions")["hold_session"]

RESETS_PER_CONNECTION = 20
"""A reset touches all of a tenant's relations, which a backend then remembers: a megabyte or more.
A new connection for every reset would take half as long again, or more."""

BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
"""The session itself is writing at this moment; its visitor may try again."""


class Resetter:
    """The two ways of giving a session the template's data again.

    Args:
        engine: for the control tables.
        owner: connects as the owner of the tenants' tables, who alone may put them right.
        quota: what counts the rows that a tenant adds; left out, nobody does.
    """

    def __init__(self, engine: Engine, owner: Engine, quota: RowQuota | None = None) -> None:
        self._engine = engine
        self._owner = owner
        self._quota = quota
        self._restorer = Restorer()

    def restore(self, session_id: str) -> SessionView | None:
        """Put the session's tenant right in place; None when that cannot be done.

        Raises:
            Unavailable: requests of the session are writing and do not end.
        """
        try:
            with self._owner.begin() as connection:
                row = connection.execute(_HOLD, {"session_id": session_id}).one_or_none()
                if row is None:
                    return None
                restored = self._restore(connection, row)
        except Outdated:
            log.info("template has changed", action="reset_outdated")
            return None
        except BUSY as error:
            raise Unavailable(
                "Tu demo está guardando cambios. Vuelve a intentarlo en un momento.",
                code="busy",
                headers={"Retry-After": "1"},
            ) from error
        except psycopg.Error as error:
            log.warning("not restored in place", action="reset_failed", error=type(error).__name__)
            return None
        if self._quota is not None:
            self._quota.forget(row.virtual_tenant_id)
        log.info(
            "session reset",
            action="session_reset",
            session=str(row.id),
            tenant=str(row.virtual_tenant_id),
            updated=restored.updated,
            deleted=restored.deleted,
            inserted=restored.inserted,
        )
        return session_view(row)

    def _restore(self, connection: Connection, row: Any) -> Restored:
        driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
        return self._restorer.restore(
            driver, row.template_schema, row.schema_name, row.virtual_tenant_id
        )

    def replace(self, session_id: str) -> SessionView | None:
        """Give the session a fresh tenant; None when none is ready."""
        with self._engine.begin() as connection:
            row = transitions.REPLACE_TENANT.run(connection, session_id=session_id).one_or_none()
        return None if row is None else session_view(row)
