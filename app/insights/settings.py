"""The part of the settings that is about events and who may read them."""

from typing import Literal

from pydantic import Field

from app.database_logins import DatabaseLogins


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
