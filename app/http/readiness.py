"""Whether a visit would work: Postgres, Redis, and templates that tenants can open."""

import time
from typing import Any
from uuid import UUID

import psycopg
import structlog
from flask import Flask, current_app
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.control.services import ControlServices, current_services
from app.database.isolation import TENANT_PLACEHOLDER_ROLE
from app.database.openings import first_line, read_one_table
from app.db import UnknownTenant, tenant_transaction
from app.http.job_health import JobHealth
from app.http.short_cache import ShortCache
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

SECONDS = 1.0
"""For so long an answer of `/ready` is kept."""

OPEN_SECONDS = 10.0
"""For so long a template that could be opened is not tried again."""

KEY = "masa_madre.readiness"

Answer = tuple[dict[str, str], Any]
"""Each part that serving needs, `ok` or what is wrong with it; and the processes of jobs."""

_SQL = load_statements("app.control", "pool")
_OPENINGS = _SQL["openings"]
_IS_READY = _SQL["is_ready"]


def current_readiness() -> ShortCache[Answer]:
    """Return the answers that the current application keeps."""
    app: Flask = current_app
    found = app.extensions.get(KEY)
    if found is None:
        found = app.extensions.setdefault(KEY, ShortCache(SECONDS, Readiness().read))
    assert isinstance(found, ShortCache)
    return found


class Readiness:
    """The checks, and which templates could be opened a moment ago."""

    def __init__(self) -> None:
        self._opened: dict[str, float] = {}

    def read(self) -> Answer:
        """Check every part now."""
        services = current_services()
        return self._check(services), JobHealth(services.redis).describe()

    def _check(self, services: ControlServices) -> dict[str, str]:
        checks = {"postgres": "ok", "redis": "ok", "templates": "ok"}
        try:
            # A write: a Redis that is full or read-only answers a ping.
            services.redis.set("demo:probe", 1, ex=60)
        except RedisError as error:
            checks["redis"] = type(error).__name__
        try:
            with services.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            checks["templates"] = "; ".join(self.find_problems(services)) or "ok"
        except SQLAlchemyError as error:
            checks["postgres"] = checks["templates"] = type(error).__name__
        return checks

    def find_problems(self, services: ControlServices) -> list[str]:
        """Return what is wrong with the templates, in words for operators."""
        with services.engine.connect() as connection:
            rows = connection.execute(_OPENINGS, {"placeholder": TENANT_PLACEHOLDER_ROLE}).all()
        missing = set(services.demo.account_types) - {row.account_type for row in rows}
        problems = [f"missing: {', '.join(sorted(missing))}"] if missing else []
        for row in rows:
            why = None
            if not row.is_open:
                why = "it gives tenants no rights" if row.is_there else "its schema is missing"
            elif row.ready_tenant is not None:
                why = self._why_closed(services, row.schema_name, row.ready_tenant)
            if why is not None:
                problems.append(f"closed: {row.schema_name}: {why}")
        return problems

    def _why_closed(self, services: ControlServices, template: str, tenant: UUID) -> str | None:
        """Open a ready tenant as a visit would, unless one of its template was opened just now."""
        if time.monotonic() - self._opened.get(template, -OPEN_SECONDS) < OPEN_SECONDS:
            return None
        why = why_closed(tenant)
        if why is None:
            self._opened[template] = time.monotonic()
            return None
        with services.engine.connect() as connection:  # it may have been dropped meanwhile
            return why if connection.scalar(_IS_READY, {"tenant_id": tenant}) else None


def why_closed(tenant: UUID) -> str | None:
    """Open a tenant as a visitor's request does. Return why that fails, or None."""
    try:
        with tenant_transaction(tenant) as session:
            driver = session.connection().connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            return read_one_table(driver)
    except PoolTimeout:
        return None  # too many requests are being served to say
    except UnknownTenant:
        return "no role of ours opens its tenants"
    except (SQLAlchemyError, psycopg.Error) as error:
        return first_line(getattr(error, "orig", None) or error)
