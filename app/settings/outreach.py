"""The part of the settings about people who write to us, mail to them, and webhooks."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from app.settings.logins import DatabaseLogins

SHORTEST_KEY = 32
MAIL_SCHEMES = ("smtp", "smtp+starttls", "smtps")


class OutreachSettings(DatabaseLogins):
    """Settings of leads, of mail and of webhooks."""

    leads_keys: str | None = Field(
        default=None,
        description="Keys that encrypt leads, by commas, the newest first, 32 characters or more "
        "each; unset closes `/contacto`.",
    )
    leads_retention_days: float = Field(default=365, gt=0, description="Days that a lead is kept.")
    leads_unconfirmed_days: float = Field(
        default=30, gt=0, description="Days that a lead is kept whose address was not confirmed."
    )
    leads_per_day: int = Field(
        default=500, ge=1, description="Leads that all visitors together may leave in a day."
    )
    leads_mails_per_hour: int = Field(
        default=100, ge=1, description="Mails that are sent in an hour; others wait."
    )
    gateway_contacts_per_hour: int = Field(
        default=10, ge=1, description="Contact forms of one address in an hour."
    )
    smtp_url: str | None = Field(
        default=None,
        description="The workers' mail server: `smtps://`, `smtp+starttls://` or `smtp://`, with "
        "`user:password@` where it asks.",
    )
    smtp_from: str = Field(
        default="",
        description="Sender of mails, an address; unset sends none, and leads stay unconfirmed.",
    )
    public_url: str = Field(
        default="",
        description="What links in mails begin with, such as `https://demo.example.com`.",
    )

    convert_secret: str | None = Field(
        default=None,
        description="Secret (`whsec_…`) with which a CRM signs that a visitor became a customer; "
        "unset leaves that to operators.",
    )
    webhook_private_targets: bool = Field(
        default=False,
        description="Let webhooks go to private addresses, and by plain HTTP: inside a cluster.",
    )
    webhook_retention_days: float = Field(
        default=30, gt=0, description="Days that messages of webhooks are kept in their log."
    )

    @property
    def lead_keys(self) -> tuple[str, ...]:
        """The keys that encrypt leads, the newest first."""
        return tuple(key.strip() for key in (self.leads_keys or "").split(",") if key.strip())

    @field_validator("leads_keys")
    @classmethod
    def _are_long(cls, value: str | None) -> str | None:
        if value and any(len(key.strip()) < SHORTEST_KEY for key in value.split(",")):
            raise ValueError(f"each key needs {SHORTEST_KEY} characters or more")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, value: str | None) -> str | None:
        """Refuse a server that is no server, or that would get a password without TLS."""
        parts = urlsplit(value or "smtp://none")
        if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
            raise ValueError(f"it begins with one of {', '.join(MAIL_SCHEMES)}, then ://host")
        if parts.password and parts.scheme == "smtp":
            raise ValueError("a password is sent by smtps:// or smtp+starttls:// only")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("it begins with https://, or http:// where there is no TLS")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if (self.smtp_url or self.smtp_from) and not (self.smtp_from and self.public_url):
            raise ValueError("to send mail, SMTP_FROM and PUBLIC_URL are needed as well")
        return self
