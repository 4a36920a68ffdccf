"""Requests and responses of the session endpoints."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from app.control.reset.status import ResetStatus
from app.control.services import current_services
from app.validation import ONE_OF, Request, Text, own_error


def _known(value: object) -> object:
    """Refuse an account type that the demo does not have."""
    known = current_services().demo.account_types
    if value not in known:
        raise own_error("account_type", ONE_OF.format(expected=" o ".join(map(repr, known))))
    return value


AccountType = Annotated[str, BeforeValidator(_known)]
SessionId = Annotated[Text, Field(min_length=1, max_length=160)]


class CreateIn(Request):
    """The account type to try."""

    demo_account_type: AccountType
    scenario: Literal["base"] | None = Field(
        default=None, description="Situación de partida de la demo; «base» es un día normal."
    )


class SessionIn(Request):
    """The session that is meant; by default the one of the request's credential."""

    session_id: SessionId | None = Field(
        default=None, description="Por defecto, la sesión de tu credencial."
    )


class EventsIn(BaseModel):
    """The moment until which to follow a session."""

    until: Literal["ready", "end"] = Field(
        default="ready",
        description="«ready»: hasta tener sus datos; «end»: hasta su final, con un aviso antes.",
    )


class LoginIn(Request):
    """The credentials of a public demo account."""

    email: Annotated[Text, Field(min_length=3, max_length=254)]
    password: Annotated[Text, Field(min_length=1, max_length=128)]


class ProgressOut(BaseModel):
    """The progress of the clone that the session waits for."""

    phase: str
    table: str
    percent: float


class SessionOut(BaseModel):
    """A session, with the token that opens it."""

    session_id: str
    virtual_tenant_id: UUID | None
    demo_account_type: str
    status: str
    created_at: datetime
    expires_at: datetime
    seconds_left: int
    warning: bool = Field(description="Si la sesión termina en menos de dos minutos.")
    extensions: int
    extensions_left: int
    request_count: int
    data_cloned: bool
    session_token: str | None
    status_url: str
    events_url: str
    progress: ProgressOut | None = None
    reset: ResetStatus | None = Field(
        default=None,
        description="Cómo va el último «empezar de nuevo»: `queued` y `running` son en curso.",
    )
    failure: str | None = None
    notice: str | None = Field(
        default=None, description="Una frase sobre lo que se acaba de hacer, si hace falta."
    )


class AccountOut(BaseModel):
    """An account type that can be tried, with its public credentials."""

    account_type: str
    name: str
    title: str
    description: str
    features: list[str]
    email: str
    password: str


class AccountsOut(BaseModel):
    """The account types that can be tried."""

    accounts: list[AccountOut]


class StatsOut(BaseModel):
    """Figures about all sessions; durations in minutes."""

    total_sessions: int
    pending_sessions: int
    active_sessions: int
    expired_sessions: int
    destroyed_sessions: int
    failed_sessions: int
    avg_duration_minutes: float
    total_requests: int


class ProblemOut(BaseModel):
    """The one error body (RFC 9457, problem details)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: dict[str, dict[str, list[str]]] | None = None
