"""The part of the settings that is about events and who may read them."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from app.settings.logins import DatabaseLogins


class InsightSettings(DatabaseLogins):
    """Settings of events, operators and marketing."""

    ops_password: str | None = Field(
        default=None,
        description="Password of the user `ops` for `/ops/`, or its Argon2 hash; "
        "without it and `MARKETING_PASSWORD` they are closed.",
    )
    marketing_password: str | None = Field(
        default=None,
        description="Password of the user `marketing`, who reads `/ops/` and changes nothing.",
    )
    ops_oidc_issuer: str = Field(
        default="",
        description="OpenID provider by which operators sign in to `/ops/`, its issuer's address; "
        "unset is off.",
    )
    ops_oidc_client_id: str = Field(default="", description="What the provider knows this by.")
    ops_oidc_client_secret: str | None = Field(
        default=None, description="Secret that the provider gave with `OPS_OIDC_CLIENT_ID`."
    )
    ops_oidc_roles_claim: str = Field(
        default="roles",
        description="Where a token has a person's roles, such as `roles` or `realm_access.roles`.",
    )
    ops_oidc_ops_role: str = Field(default="ops", description="The provider's role that acts.")
    ops_oidc_marketing_role: str = Field(
        default="marketing", description="The provider's role that reads, and makes links."
    )
    otel_exporter_otlp_endpoint: str = Field(
        default="",
        description="Collector of traces, OTLP over HTTP, such as `http://collector:4318`; needs "
        "requirements-tracing.txt.",
    )
    demo_events: Literal["on", "off", "strict"] = Field(
        default="on",
        description="Record what happens in visits; `strict`, for tests: refuse unknown events.",
    )
    demo_recordings: bool = Field(
        default=True,
        description="Keep which visit a step belongs to, so that a visit can be looked at.",
    )
    demo_events_days: int = Field(
        default=30, ge=1, le=400, description="Days that the steps of visits are kept."
    )

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        """Refuse a provider that cannot work, or that tokens would come from in the clear."""
        if not self.ops_oidc_issuer:
            return self
        address = urlsplit(self.ops_oidc_issuer)
        is_here = address.hostname in ("127.0.0.1", "::1", "localhost")
        if address.scheme != "https" and not (address.scheme == "http" and is_here):
            raise ValueError(
                f"OPS_OIDC_ISSUER is {self.ops_oidc_issuer!r}; it begins with https://."
            )
        if not self.ops_oidc_client_id or not self.ops_oidc_client_secret:
            raise ValueError(
                "OPS_OIDC_ISSUER needs OPS_OIDC_CLIENT_ID and OPS_OIDC_CLIENT_SECRET as well."
            )
        return self
