"""The settings that a clone reads, read without what checks all of them.

pydantic takes longer to import than a clone takes. Where a value is missing here or cannot be used,
the settings table is read after all: it says what is wrong.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from app.settings.secrets import Secrets

SECRET_LENGTH = 32
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class CloneSettings(Protocol):
    """What a clone reads; the settings table has it."""

    @property
    def database_url(self) -> str:
        """The login of the database's owner."""

    @property
    def owner_url(self) -> str:
        """The same, which has to be set."""

    @property
    def redis_url(self) -> str:
        """Where Redis is."""

    @property
    def tenant_url(self) -> str:
        """What tenant transactions connect with."""

    @property
    def jwt_secrets(self) -> tuple[str, ...]:
        """What signs records of sessions."""

    @property
    def tenant_secrets(self) -> tuple[str, ...]:
        """What tenants' keys are derived from."""

    @property
    def clone_attempts(self) -> int:
        """How often a clone is tried."""

    @property
    def demo_session_duration_minutes(self) -> float:
        """How long a session lasts."""

    @property
    def log_level(self) -> str:
        """The least severe level that is logged."""

    @property
    def otel_exporter_otlp_endpoint(self) -> str:
        """The collector of traces."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class EnvironmentSettings(Secrets):
    """The same from the environment alone. A test holds the defaults to those of the table."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    jwt_secret_previous: str | None = field(default=None, repr=False)
    tenant_secret: str | None = field(default=None, repr=False)
    tenant_secret_previous: str | None = field(default=None, repr=False)
    tenant_database_url: str | None = field(default=None, repr=False)
    clone_attempts: int = 3
    demo_session_duration_minutes: float = 30
    log_level: str = "INFO"
    otel_exporter_otlp_endpoint: str = ""

    def __post_init__(self) -> None:
        secrets = (*self.jwt_secrets, *self.tenant_secrets)
        numbers = (self.clone_attempts, self.demo_session_duration_minutes)
        if (
            min(map(len, secrets)) < SECRET_LENGTH
            or min(numbers) <= 0
            or self.log_level not in LEVELS
        ):
            raise ValueError("a setting cannot be used")

    @property
    def owner_url(self) -> str:
        """The login of the database's owner."""
        return self.database_url

    @property
    def tenant_url(self) -> str:
        """What tenant transactions connect with."""
        return self.tenant_database_url or self.database_url


def load_clone_settings() -> CloneSettings:
    """Read the settings of a clone from the environment.

    Raises:
        ConfigurationError: a setting is missing or invalid; the message names each one.
    """
    with suppress(KeyError, ValueError):
        return read(os.environ)
    from app.settings.table import load_settings

    return load_settings()


def read(environment: Mapping[str, str]) -> EnvironmentSettings:
    """Return the settings; a variable that is empty counts as one that is not set.

    Raises:
        KeyError, ValueError: one is missing, or is not what it should be.
    """
    given = {name.upper(): value for name, value in environment.items() if value}
    optional = {
        name: given[name.upper()]
        for name in (
            "jwt_secret_previous",
            "tenant_secret",
            "tenant_secret_previous",
            "tenant_database_url",
            "log_level",
            "otel_exporter_otlp_endpoint",
        )
        if name.upper() in given
    }
    return EnvironmentSettings(
        database_url=given["DATABASE_URL"],
        redis_url=given["REDIS_URL"],
        jwt_secret=given["JWT_SECRET"],
        clone_attempts=int(given.get("CLONE_ATTEMPTS", EnvironmentSettings.clone_attempts)),
        demo_session_duration_minutes=float(
            given.get(
                "DEMO_SESSION_DURATION_MINUTES",
                EnvironmentSettings.demo_session_duration_minutes,
            )
        ),
        **optional,
    )
