"""The tables of the control schema: tenants, sessions, accounts and what outlives them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.control.states import SessionStatus as SessionStatus
from app.control.states import TenantState as TenantState
from app.naming import NAMING


def _enum(kind: type[StrEnum], name: str) -> Any:
    labels = [member.value for member in kind]
    return mapped_column(
        Enum(kind, name=name, schema="control", values_callable=lambda _: labels),
    )


class ControlBase(DeclarativeBase):
    """Tables that are always named with their schema, so that no search path can move them."""

    metadata = MetaData(schema="control", naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
    }


class Tenant(ControlBase):
    """A schema that the system owns: a template, a demo tenant cut from one, or neither.

    What is neither is a customer's own account: it is not cloned, leased or dropped here.
    """

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("NOT (is_demo AND is_demo_template)", name="demo_or_template"),
        Index(
            "tenants_pool_idx",
            "base_demo_tenant_id",
            "created_at",
            postgresql_where=text("state = 'ready'"),
        ),
        Index("tenants_demo_session_id_idx", "demo_session_id"),
        Index("tenants_state_idx", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    name: Mapped[str]
    schema_name: Mapped[str] = mapped_column(unique=True)
    account_type: Mapped[str]
    is_demo: Mapped[bool]
    is_demo_template: Mapped[bool]
    base_demo_tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("control.tenants.id"))
    demo_session_id: Mapped[UUID | None]
    demo_expires_at: Mapped[datetime | None]
    state: Mapped[TenantState] = _enum(TenantState, "tenant_state")
    template_version: Mapped[int] = mapped_column(server_default="0")
    template_digest: Mapped[str | None]
    revision: Mapped[str | None]
    """Of the tenant tree of migrations; None for a template that is made elsewhere."""
    data_on: Mapped[date | None]
    """The day on which a template's data ends."""
    failure: Mapped[str | None]
    ready_at: Mapped[datetime | None]
    clone_seconds: Mapped[float | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    """The number of attempts to clone it."""
    trouble: Mapped[str | None]
    """What was in the way of its clone, for operators."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class User(ControlBase):
    """A public demo account: a login with it opens a session of its template."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    password_hash: Mapped[str]
    account_type: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DemoSession(ControlBase):
    """A prospect's visit. `session_id` is a bearer secret; `id` is what logs may carry."""

    __tablename__ = "demo_sessions"
    __table_args__ = (
        CheckConstraint("extensions >= 0", name="extensions"),
        CheckConstraint("request_count >= 0", name="request_count"),
        CheckConstraint(
            "status <> 'active' OR virtual_tenant_id IS NOT NULL", name="active_has_tenant"
        ),
        Index("demo_sessions_status_idx", "status"),
        Index("demo_sessions_expires_at_idx", "expires_at"),
        Index("demo_sessions_created_at_idx", "created_at"),
        Index("demo_sessions_virtual_tenant_id_idx", "virtual_tenant_id"),
        Index("demo_sessions_user_id_idx", "user_id"),
        Index(
            "demo_sessions_waiting_idx",
            "base_demo_tenant_id",
            "created_at",
            postgresql_where=text("status = 'pending'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    session_id: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[UUID | None]
    ip_address: Mapped[str | None] = mapped_column(INET)
    address_digest: Mapped[str | None]
    user_agent: Mapped[str | None]
    base_demo_tenant_id: Mapped[UUID] = mapped_column(ForeignKey("control.tenants.id"))
    virtual_tenant_id: Mapped[UUID | None]
    demo_account_type: Mapped[str]
    status: Mapped[SessionStatus] = _enum(SessionStatus, "session_status")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    last_activity_at: Mapped[datetime] = mapped_column(server_default=func.now())
    destroyed_at: Mapped[datetime | None]
    extensions: Mapped[int] = mapped_column(server_default="0")
    request_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    data_cloned: Mapped[bool] = mapped_column(server_default="false")
    redis_populated: Mapped[bool] = mapped_column(server_default="false")
    session_metadata: Mapped[dict[str, Any]] = mapped_column(
        "metadata", server_default=text("'{}'")
    )


class SessionShare(ControlBase):
    """A link that lets guests into a session; it goes with the session's row."""

    __tablename__ = "session_shares"
    __table_args__ = (
        CheckConstraint("access IN ('read', 'together')", name="access"),
        Index("session_shares_demo_session_id_idx", "demo_session_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    demo_session_id: Mapped[UUID] = mapped_column(
        ForeignKey("control.demo_sessions.id", ondelete="CASCADE")
    )
    secret_digest: Mapped[str] = mapped_column(unique=True)
    access: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]
    opened: Mapped[int] = mapped_column(server_default="0")
    last_opened_at: Mapped[datetime | None]


class SessionStatistics(ControlBase):
    """Figures that outlive the sessions: a row a day and an account type, without personal data."""

    __tablename__ = "session_statistics"

    day: Mapped[date] = mapped_column(primary_key=True)
    demo_account_type: Mapped[str] = mapped_column(primary_key=True)
    sessions: Mapped[int] = mapped_column(BigInteger, server_default="0")
    expired: Mapped[int] = mapped_column(BigInteger, server_default="0")
    destroyed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    by_ops: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Of those destroyed, the ones that operators ended; visitors ended the others."""
    failed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    requests: Mapped[int] = mapped_column(BigInteger, server_default="0")
    duration_seconds: Mapped[float] = mapped_column(server_default="0")


class CountedBatch(ControlBase):
    """A batch of requests that is in the sessions' counts, by the name that it had in Redis."""

    __tablename__ = "counted_batches"

    name: Mapped[str] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ClonePlanRecord(ControlBase):
    """A template's compiled clone plan, kept so that a clone need not read the catalog."""

    __tablename__ = "clone_plans"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    template_id: Mapped[UUID] = mapped_column(
        ForeignKey("control.tenants.id", ondelete="CASCADE"), unique=True
    )
    fingerprint: Mapped[str]
    plan: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
