"""Every setting of the system, in one table, read from the environment once."""

import os
from pathlib import Path
from typing import Literal

from limits import parse
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from app.settings.error import ConfigurationError as ConfigurationError
from app.settings.insights import InsightSettings
from app.settings.outreach import OutreachSettings
from app.settings.processes import ProcessSettings
from app.settings.secrets import Secrets

STATE_FILE = "stack.env"
"""Written into ``STATE_DIR`` by the local stack: its URLs and secrets, for its owner only."""


class Settings(OutreachSettings, InsightSettings, ProcessSettings, Secrets):
    """The settings table: field (upper-cased, the variable's name), default, help."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    redis_url: str = Field(description="Redis 6.2 or later, or Valkey, as a URL.")
    jwt_secret: str = Field(
        min_length=32, description="Signs session tokens; 32 characters or more, kept secret."
    )
    jwt_secret_previous: str | None = Field(
        default=None,
        min_length=32,
        description="The `JWT_SECRET` before the last change: still read, no longer signed with.",
    )
    tenant_secret: str | None = Field(
        default=None,
        min_length=32,
        description="Derives the keys of tenants' tables; default: `JWT_SECRET`.",
    )
    tenant_secret_previous: str | None = Field(
        default=None,
        min_length=32,
        description="The `TENANT_SECRET` before the last change: tenants cut under it still open.",
    )
    state_dir: Path = Field(
        default=Path(".state"), description="Where the local stack keeps its data and secrets."
    )
    port: int = Field(default=8000, ge=1, le=65535, description="Port of the local web server.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severe level that is logged."
    )
    cookie_secure: bool = Field(
        default=False, description="Mark the session cookie `Secure`: set it behind TLS."
    )
    trusted_proxies: int = Field(
        default=0, ge=0, description="Proxies in front whose `X-Forwarded-For` is believed."
    )
    demo_session_duration_minutes: float = Field(
        default=30, gt=0, description="Length of a session, and of one extension, in minutes."
    )
    demo_session_max_extensions: int = Field(
        default=3, ge=0, description="How often a session can be extended."
    )
    demo_max_sessions: int = Field(
        default=200, ge=1, description="Sessions that may be open at the same time."
    )
    demo_pool_size: int = Field(
        default=3, ge=0, description="Tenants kept ready for each template."
    )
    demo_scenario_pool_size: int = Field(
        default=1, ge=0, description="The same for each scenario's template."
    )
    demo_pool_max: int = Field(
        default=20,
        ge=0,
        description="Tenants kept ready for each template when many prospects arrive.",
    )
    demo_disk_mb: int = Field(
        default=0, ge=0, description="Size of the database at which the pool stops growing; 0: any."
    )
    demo_creations_per_minute: int = Field(
        default=600, ge=0, description="Sessions that all addresses may create together; 0: any."
    )
    demo_sessions_per_address: int = Field(
        default=20, ge=0, description="Sessions that one address may have open; 0: any."
    )
    demo_idle_minutes: float = Field(
        default=0, ge=0, description="Minutes without a request after which a session ends; 0: off."
    )
    demo_idle_minutes_when_full: float = Field(
        default=15, ge=0, description="The same when all places are taken; 0: off."
    )
    demo_drops_at_once: int = Field(
        default=4, ge=1, description="Schemas that one cleanup drops at the same time."
    )
    demo_retention_days: float = Field(
        default=7, ge=0, description="Days that the row of an ended session is kept."
    )
    demo_cleanup_seconds: int = Field(
        default=30,
        ge=1,
        description="Seconds between cleanups: a schema goes within so many.",
    )
    demo_create_rate_limit: str = Field(
        default="30 per minute", description="Sessions that one address may create."
    )
    demo_event_streams: int = Field(
        default=4, ge=0, description="Event streams open at once in one web process."
    )
    demo_live: bool = Field(
        default=True, description="Let time pass in a demo: what is due happens when someone looks."
    )
    demo_clock_shift_minutes: float = Field(
        default=0, description="Shifts the demo's clock, not the sessions', for tests and pictures."
    )
    demo_scale: float | None = Field(
        default=None, gt=0, le=1, description="The share of the data that seeds make, for tests."
    )
    demo_file: str = Field(
        "demo.toml", min_length=1, description="The demo that is served, from the project's folder."
    )
    demo_scenarios: str = Field(
        default="all", description="The scenarios to offer, by comma; or `all`, or `none`."
    )
    demo_reset_wait_seconds: float = Field(
        5, ge=0, description="Seconds that a request waits for its reset before it answers `202`."
    )
    clone_launcher: Literal["worker", "kubernetes"] = Field(
        default="worker", description="What runs clone jobs: a standing worker or Kubernetes Jobs."
    )
    clone_job_image: str | None = Field(
        default=None, description="Image of the Kubernetes Job that clones."
    )
    clone_job_namespace: str = Field(
        default="default", description="Namespace of the Kubernetes Jobs that clone."
    )
    kubeconfig: str | None = Field(
        default=None, description="File that names the cluster; inside a pod its account does."
    )
    clone_job_instance: str = Field(
        default="masa-madre",
        description="Label `app.kubernetes.io/instance` of the Jobs of one installation.",
    )
    clone_job_service_account: str = Field(
        default="demo-clone", description="Account of the Jobs' pods; it gets no token."
    )
    clone_job_secret: str = Field(
        default="masa-madre",
        description="Secret whose keys `DATABASE_URL`, `REDIS_URL`, … the Jobs' pods read.",
    )
    clone_job_config: str = Field(
        default="masa-madre", description="ConfigMap with the other settings of the Jobs' pods."
    )
    clone_job_requests: str = Field(
        default="cpu=100m,memory=64Mi", description="What a Job's pod asks for."
    )
    clone_job_limits: str = Field(
        default="cpu=1,memory=256Mi", description="What a Job's pod may use."
    )
    clone_job_pod: str = Field(
        default="{}",
        description="JSON: where the Jobs' pods run (`nodeSelector`, `tolerations`, `affinity`, …) "
        "and what is added to them: `volumes`, `initContainers`, `user`, and in `container` "
        "`env`, `volumeMounts`.",
    )
    clone_job_deadline_seconds: int = Field(
        default=600, ge=1, description="A Kubernetes Job that runs longer is ended."
    )
    clone_job_start_seconds: int = Field(
        default=60,
        ge=1,
        description="A Kubernetes Job whose pod takes longer to run, or "
        "then to begin a clone, is given up.",
    )
    clone_job_ttl_seconds: int = Field(
        default=300, ge=0, description="How long a Kubernetes Job is kept after its end."
    )
    clone_jobs_at_once: int = Field(
        default=10, ge=1, description="Kubernetes Jobs that may clone at the same time."
    )
    clone_job_batch: int = Field(
        default=10, ge=1, description="Tenants that one Kubernetes Job clones for the pool."
    )
    clone_fallback: Literal["worker", "none"] = Field(
        default="worker",
        description="Who clones when a Kubernetes Job cannot: the workers, or none.",
    )
    clone_attempts: int = Field(
        default=3, ge=1, description="Attempts after which a clone has failed."
    )
    clone_timeout_seconds: int = Field(
        default=300, ge=1, description="A clone that takes longer has failed."
    )
    db_pool_size: int = Field(
        default=10, ge=1, description="Postgres connections that one web process keeps open."
    )
    db_schemas_per_connection: int = Field(
        default=50, ge=1, description="A connection retires after serving so many tenants."
    )
    gateway_requests_per_minute: int = Field(
        default=600, ge=1, description="Requests of one session in a minute."
    )
    gateway_changes_per_session: int = Field(
        default=2000, ge=1, description="Requests of one session that change something, in a day."
    )
    gateway_open_requests: int = Field(
        default=6, ge=1, description="Requests of one session at the same time in one process."
    )
    gateway_failures_per_minute: int = Field(
        default=60, ge=1, description="Bad credentials of one address in a minute."
    )
    gateway_resets_per_minute: int = Field(
        default=10, ge=1, description="Resets of one session in a minute."
    )
    gateway_extensions_per_minute: int = Field(
        default=10, ge=1, description="Extensions of one session that are asked for in a minute."
    )
    gateway_status_per_minute: int = Field(
        default=600, ge=1, description="Reads of one session's status in a minute."
    )
    gateway_anonymous_per_minute: int = Field(
        default=600,
        ge=1,
        description="Requests of one address in a minute to what needs no session: figures, "
        "readiness, the API's document.",
    )
    gateway_proxy: Literal["nginx", "traefik", "envoy"] = Field(
        default="nginx",
        description="The proxy that asks `/gateway/verify`: only its headers are believed.",
    )
    gateway_signing_keys: str = Field(
        default="",
        description="`name:key,…` to sign tenants with for apps in other processes; the first "
        "signs, all are believed; unset closes `/gateway/verify`.",
    )
    cors_origins: str = Field(
        default="", description="Sites, by commas, whose pages may call the API with a token."
    )
    tenant_rows: int = Field(
        default=20_000, ge=1, description="Rows that one session may add to its tenant."
    )
    tenant_statement_seconds: float = Field(
        default=10, gt=0, description="Longest statement in a tenant's transaction."
    )
    tenant_lock_seconds: float = Field(
        default=3, gt=0, description="Longest wait for a lock in a tenant's transaction."
    )
    tenant_idle_seconds: float = Field(
        default=15, gt=0, description="Longest pause between statements of a tenant's transaction."
    )

    @property
    def cors(self) -> tuple[str, ...]:
        """The sites whose pages may call the API."""
        return tuple(item.strip() for item in self.cors_origins.split(",") if item.strip())

    @property
    def creations(self) -> tuple[int, int]:
        """How many sessions one address may create, in how many seconds."""
        limit = parse(self.demo_create_rate_limit)
        return limit.amount, limit.get_expiry()

    @field_validator("demo_create_rate_limit")
    @classmethod
    def _is_a_limit(cls, value: str) -> str:
        parse(value)
        return value

    @property
    def signing_keys(self) -> dict[str, str]:
        """The keys that tenants are signed with, by name, in their order."""
        pairs = (item.strip().partition(":") for item in self.gateway_signing_keys.split(","))
        return {name: key for name, _, key in pairs if name}


def load_settings() -> Settings:
    """Read the settings from the environment.

    Where no database is named, the file that the local stack left in ``STATE_DIR`` is read too, so
    that a command line finds the stack that runs beside it. With ``DATABASE_URL`` or
    ``WEB_DATABASE_URL`` set the file is never looked at: production gets its secrets from outside
    or does not start.

    Raises:
        ConfigurationError: a setting is missing or invalid; the message names each one.
    """
    state_file = Path(os.environ.get("STATE_DIR") or ".state") / STATE_FILE
    is_named = os.environ.get("DATABASE_URL") or os.environ.get("WEB_DATABASE_URL")
    env_file = None if is_named else state_file
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        problems = [_explain(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        raise ConfigurationError("\n".join(problems)) from None


def _explain(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0]) if location else "settings"
    field = Settings.model_fields.get(name)
    hint = f" {field.description}" if field is not None else ""
    if kind == "missing":
        return f"{name.upper()} is not set.{hint}"
    return f"{name.upper()} cannot be used: {message}.{hint}"
