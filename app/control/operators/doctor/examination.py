"""Makes every check and gathers what they found. A check that fails is a finding too."""

from collections.abc import Iterable, Iterator, Sequence

import psycopg
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.control.operators.doctor import clocks, configuration, postgres, redis, templates
from app.control.operators.doctor.finding import Check, Finding, Verdict, failed
from app.control.services import ControlServices
from app.errors import AppError
from app.settings.table import ConfigurationError
from app.tls_advice import tls_advice

CHECKS: tuple[Check, ...] = (
    configuration.check_secrets,
    configuration.check_transport,
    configuration.check_cookies,
    postgres.check_server,
    postgres.check_connections,
    postgres.check_pooler,
    postgres.check_owner,
    postgres.check_tenants_login,
    postgres.check_schema,
    redis.check_server,
    redis.check_memory,
    redis.check_persistence,
    clocks.check_clocks,
    templates.check_templates,
    templates.check_saved,
    templates.check_plans,
    templates.check_locks,
    templates.check_openings,
    templates.check_tenants,
)
"""The engine's checks, in the order in which they are shown. What jobs know is added to them."""


def examine(services: ControlServices, more: Sequence[Check] = ()) -> Iterator[Finding]:
    """Give each finding as soon as it is known."""
    for check in (*CHECKS, *more):
        try:
            yield from check(services)
        except (AppError, ConfigurationError, RedisError, SQLAlchemyError, psycopg.Error) as error:
            yield _not_made(check, error)


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Tell whether no finding is a failure."""
    return all(finding.verdict is not Verdict.FAILED for finding in findings)


def _not_made(check: Check, error: Exception) -> Finding:
    name = f"{check.__module__.rpartition('.')[2]}.{check.__name__.removeprefix('check_')}"
    cause = getattr(error, "orig", None) or error
    first = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    if advice := tls_advice(str(cause)):
        repair = advice
    elif isinstance(error, RedisError):
        repair = "Start Redis, or correct REDIS_URL."
    elif isinstance(error, SQLAlchemyError | psycopg.Error):
        repair = "Start Postgres, correct DATABASE_URL, or bring it up: bin/role migrate"
    else:
        repair = "Set what the message names."
    return failed(name, f"not checked: {first}", "what cannot be checked may not work", repair)
