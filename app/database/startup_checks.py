"""Checks when the web server starts: its own rights, and what it can open for visitors."""

import psycopg
import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.control.pool.unopenable import retire_unopenable
from app.control.services import current_services
from app.database.logins import excess_rights
from app.db import db, tenant_engine
from app.http.readiness import Readiness

log = structlog.get_logger(__name__)


def warn_of_rights(app: Flask) -> str | None:
    """Check the login of tenant transactions and log a right that it should not have.

    Return the sentence, or None. A database that is away is not waited for.
    """
    try:
        with app.app_context(), tenant_engine().connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            excess = excess_rights(driver)
        with app.app_context():
            tenant_engine().dispose()  # a process that forks from here on must not share it
    except SQLAlchemyError:
        return None
    if excess is not None:
        log.warning(
            f"TENANT_DATABASE_URL needs a login of its own: {excess}. See docs/security.md.",
            action="excess_rights",
        )
    return excess


def retire_unopenable_on_startup(app: Flask, secrets: tuple[str, ...]) -> None:
    """Take tenants whose secret was dropped out of the pool, before the first visitor comes.

    A database that is away, or has no tables yet, is not waited for: cleanup does it later.
    """
    with app.app_context():
        try:
            retire_unopenable(db.engine, secrets)
        except SQLAlchemyError as error:
            log.warning("pool not checked", action="unopenable_failed", error=type(error).__name__)
        finally:
            db.engine.dispose()  # as above


def warn_of_closed_templates(app: Flask) -> None:
    """Log why a visit would not work; `/ready` says so until it does."""
    with app.app_context():
        try:
            problems = Readiness().find_problems(current_services())
        except SQLAlchemyError:
            return
        finally:
            db.engine.dispose()  # as above
            tenant_engine().dispose()
    for problem in problems:
        log.error("a visit would not work", action="template_closed", reason=problem)
