"""Opens again what a restored dump left closed: a dump without roles has lost all rights.

Templates and open sessions get their roles and rights back. What cannot be opened is taken out of
use, with its reason in the log: the seeds load such a template again, and cleanup replaces such
tenants.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection as Driver
from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import OperationalError

from app.control import transitions
from app.control.models import TenantState
from app.control.pool.tenant_pool import LOST
from app.control.sessions.session_view import SessionView, session_view
from app.database.isolation import ROLE_NAME, TENANT_PLACEHOLDER_ROLE, open_template, tenant_role
from app.database.logins import login_of
from app.database.openings import (
    find_role,
    first_line,
    is_migrated_here,
    open_again,
    why_closed,
)
from app.demo import TenantTables
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_SQL = load_statements("app.control", "pool")
_OPENINGS = _SQL["openings"]
_CLOSED = _SQL["closed_tenants"]
_IS_OPEN = _SQL["is_open"]
_LOCK = _SQL["lock_opening"]
_HAS_LOGIN = text("SELECT to_regrole(quote_ident(:login)) IS NOT NULL")


@dataclass
class Reopened:
    """What was done: schemas that are open again, and what was given up."""

    schemas: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    sessions: list[SessionView] = field(default_factory=list)
    """The sessions that have failed, since their data cannot be opened."""


@dataclass(frozen=True)
class Reopening:
    """Works as the owner of the database, on its tenants and templates."""

    engine: Engine
    tenants_url: str
    secrets: tuple[str, ...]
    tables: Callable[[], TenantTables]
    """Asked for only when there is something to do."""

    def templates(self) -> Reopened:
        """Give tenants their rights in templates again.

        A template whose schema is missing waits for its data, as a new one does: the seeds load it.
        One of another tree of migrations is only reported.
        """
        done = Reopened()
        with self.engine.connect() as connection:
            rows = connection.execute(_OPENINGS, {"placeholder": TENANT_PLACEHOLDER_ROLE}).all()
        for row in rows:
            if not row.is_open:
                self._template(row.schema_name, row.is_there, done)
        return done

    def is_open(self, tenant_id: UUID, schema: str) -> bool:
        """Tell whether a role of these secrets opens a tenant's schema."""
        roles = [tenant_role(secret, tenant_id).name for secret in self.secrets]
        parameters = {"login": login_of(self.tenants_url), "schema": schema, "roles": roles}
        with self.engine.connect() as connection:
            return bool(connection.scalar(_IS_OPEN, parameters))

    def _template(self, name: str, is_there: bool, done: Reopened) -> None:
        why: str | None = "its schema is missing"
        if is_there:
            why = self._attempt(name, lambda driver: self._open_template(driver, name))
            if why is None:
                _tell("template opened again", name, "it gave tenants no rights")
                done.schemas.append(name)
                return
        else:
            with self.engine.begin() as connection:
                transitions.EMPTY_TEMPLATE.run(connection, schema_name=name)
        log.error("template closed", action="template_closed", schema=name, reason=why)
        done.given_up.append(name)

    def _open_template(self, driver: "Driver[Any]", name: str) -> str | None:
        tables = self.tables()
        if not is_migrated_here(driver, name, tables):
            return "it gives tenants no rights; call open_template with those that it should give"
        open_template(driver, name, deletable=tables.may_delete)
        return None

    def tenants(self) -> Reopened:
        """Open again the tenants that no role opens.

        Ready tenants are not worth the work: cleanup replaces them. A tenant whose secret was
        dropped stays closed.
        """
        done, login = Reopened(), login_of(self.tenants_url)
        with self.engine.connect() as connection:
            rows = connection.execute(_CLOSED, {"login": login, "ours": ROLE_NAME}).all()
            has_login = not rows or connection.scalar(_HAS_LOGIN, {"login": login})
        if not has_login:
            log.error("no such login", action="tenants_closed", login=login, tenants=len(rows))
            return done
        for row in rows:
            try:
                self._tenant(row, done)
            except (OperationalError, psycopg.OperationalError) as error:
                # No connection, or a lock that others have: the next time will do.
                log.warning(
                    "not opened",
                    action="opening_failed",
                    schema=row.schema_name,
                    error=first_line(error),
                )
        return done

    def _tenant(self, row: Row[Any], done: Reopened) -> None:
        name, why = row.schema_name, self._why_lost(row)
        if why is None:
            _tell("tenant opened again", name, "no role opened it")
            done.schemas.append(name)
            return
        log.error("tenant closed", action="tenant_closed", schema=name, state=row.state, reason=why)
        with self.engine.begin() as connection:
            transitions.RETIRE_LOST_TENANT.run(connection, tenant_id=row.id)
            failed = transitions.FAIL_SESSION_OF_TENANT.run(
                connection, tenant_id=row.id, failure=LOST
            ).all()
        done.given_up.append(name)
        done.sessions += [session_view(session) for session in failed]

    def _why_lost(self, row: Row[Any]) -> str | None:
        """Open a session's tenant and try it. Return why it stays closed, or None."""
        name = row.schema_name
        if not row.is_there:
            return "its schema is missing"
        if row.state == TenantState.READY:
            return "no role opens it"
        with self.engine.connect() as connection:
            role = find_role(_driver(connection), name, self.secrets, row.id)
        if role is None:
            return "its secret was dropped"

        def opening(driver: "Driver[Any]") -> None:
            open_again(driver, name, role, login_of(self.tenants_url), self.tables())

        return self._attempt(name, opening) or why_closed(self.tenants_url, name, role)

    def _attempt(self, name: str, opening: Callable[["Driver[Any]"], str | None]) -> str | None:
        """Do it in a transaction, one process at a time. Return why it cannot be done."""
        try:
            with self.engine.begin() as connection:
                connection.execute(_LOCK, {"schema": name})
                return opening(_driver(connection))
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            return first_line(error)


def reopen_templates(engine: Engine, tables: TenantTables) -> Reopened:
    """Do it for the templates alone: all that can be done before the tenants' login is there."""
    return Reopening(engine, "", (), lambda: tables).templates()


def _driver(connection: Connection) -> "Driver[Any]":
    return cast("Driver[Any]", connection.connection.driver_connection)


def _tell(what: str, schema: str, reason: str) -> None:
    log.warning(what, action="schema_reopened", schema=schema, reason=reason)
