"""The logins with which a process connects to Postgres, and which of them it cannot do without."""

from typing import Any

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from app.settings.error import ConfigurationError


class DatabaseLogins(BaseSettings):
    """The part of the settings that says where Postgres is, and as which role."""

    database_url: str = Field(
        description="Postgres 15 or later, as a libpq URL: the login of the database's owner. The "
        "web server runs without it where `WEB_DATABASE_URL` and `TENANT_DATABASE_URL` are set."
    )
    web_database_url: str | None = Field(
        default=None,
        description="The web server's login, for the control tables; default: `DATABASE_URL`.",
    )
    tenant_database_url: str | None = Field(
        default=None,
        description="The login that only takes on tenants' roles; default: `DATABASE_URL`.",
    )

    @model_validator(mode="before")
    @classmethod
    def _may_lack_an_owner(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Require the owner's login only where one of the other two is missing."""
        if values.get("web_database_url") and values.get("tenant_database_url"):
            return {"database_url": "", **values}
        return values

    @property
    def owner_url(self) -> str:
        """The login of the database's owner.

        Raises:
            ConfigurationError: this process has none.
        """
        if not self.database_url:
            raise ConfigurationError(
                "DATABASE_URL is not set: only the web server works without the owner's login."
            )
        return self.database_url

    @property
    def tenant_url(self) -> str:
        """What tenant transactions connect with."""
        return self.tenant_database_url or self.database_url
