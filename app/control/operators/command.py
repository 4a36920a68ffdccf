"""What the operators' commands have in common: services, and a sentence for every failure."""

import functools
from collections.abc import Callable
from typing import Any, cast

import click
import psycopg
from flask.cli import with_appcontext
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.control.services import current_services
from app.errors import AppError
from app.settings.table import ConfigurationError
from app.tls_advice import with_advice

FAILURES = {
    "session_unknown": "There is no such session.",
    "session_pending": "The session's data are not there yet: try again in a moment.",
    "session_expired": "The session is over.",
    "extension_limit": "The session was extended as often as DEMO_SESSION_MAX_EXTENSIONS allows.",
    "capacity": "As many sessions are open as DEMO_MAX_SESSIONS allows.",
    "creation_rate": "DEMO_CREATIONS_PER_MINUTE sessions were created in the last minute.",
    "template_missing": "There is no template: load the demo's data (`bin/role seed`).",
    "pool_empty": "No tenant is ready: try again in a few seconds, or look at `demo pool`.",
    "busy": "The session is writing: try again in a moment.",
    "reset_unavailable": "Redis is away, or no worker takes the job: nothing was changed.",
    "failed": "The reset failed: see the worker's log.",
}

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


class Failed(click.ClickException):
    """A command failed; the message says why."""

    exit_code = 1


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Run with the application's services; every failure becomes a sentence."""

    @functools.wraps(function)
    def run(*args: Any, **options: Any) -> None:
        try:
            function(current_services(), *args, **options)
        except AppError as error:
            raise Failed(FAILURES.get(error.error_code, error.detail)) from error
        except ConfigurationError as error:
            raise Failed(str(error)) from error
        except RedisError as error:
            raise Failed(f"Redis does not answer: {with_advice(str(error))}") from error
        except (SQLAlchemyError, psycopg.Error) as error:
            cause = getattr(error, "orig", None) or error
            first = str(cause).strip().splitlines()[0]
            raise Failed(f"Postgres: {with_advice(first)}") from error

    return cast("Callable[..., None]", with_appcontext(run))
