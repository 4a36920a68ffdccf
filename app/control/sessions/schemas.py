"""Requests and responses of the session endpoints."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from app.control.reset.status import ResetStatus
from app.control.services import current_services
from app.control.sessions.session_view import Choices
from app.demo import BASE
from app.language.texts import _
from app.validation import ONE_OF, Request, Text, joined, own_error


def _known(value: object) -> object:
    """Refuse an account type that the demo does not have."""
    known = current_services().demo.account_types
    if value not in known:
        raise own_error("account_type", _(ONE_OF).format(expected=_(" o ").join(map(repr, known))))
    return value


AccountType = Annotated[str, BeforeValidator(_known)]
SessionId = Annotated[Text, Field(min_length=1, max_length=160)]


class CreateIn(Request):
    """The account type to try, and how; a demo has fields of its own for what is personal."""

    demo_account_type: AccountType
    scenario: Annotated[Text, Field(max_length=40)] | None = Field(
        default=None, description="Situación de partida de la demo; «base» es un día normal."
    )
    features: Annotated[list[str], Field(min_length=1, max_length=40)] | None = Field(
        default=None, description="Los módulos que quieres ver; por defecto, todos."
    )
    link: Annotated[Text, Field(max_length=40)] | None = Field(
        default=None,
        description="El código de un enlace: lo que no digas aquí, lo dice él; cuenta un uso.",
    )
    _personal: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("scenario")
    @classmethod
    def _offered(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse a scenario that the account type does not have."""
        names = current_services().demo.scenario_names(info.data.get("demo_account_type"))
        if value is not None and value not in names:
            raise own_error("scenario", _(ONE_OF).format(expected=_(" o ").join(map(repr, names))))
        return value

    @field_validator("features")
    @classmethod
    def _known(cls, value: list[str] | None, info: ValidationInfo) -> list[str] | None:
        """Refuse a module that the account type does not have."""
        kind = info.data.get("demo_account_type")
        modules = current_services().demo.account(kind).modules if kind else {}
        unknown = sorted(set(value or ()) - set(modules))
        if unknown and kind:
            names = ", ".join(map(repr, modules)) or _("ninguno")
            sentence = _(
                "%(name)s no es un módulo de este modelo; hay: %(names)s.",
                name=repr(unknown[0]),
                names=names,
            )
            raise own_error("features", sentence)
        return value

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Validate our own fields and those of the demo together."""
        model = current_services().demo.load_personal()
        if model is None:
            return super().model_validate(obj, **options)
        errors: list[ValidationError] = []
        said: dict[str, str] = {}
        try:
            said = model.model_validate(obj).model_dump(exclude_none=True)
        except ValidationError as error:
            errors.append(error)
        try:
            valid = super().model_validate(obj, **options)
        except ValidationError as error:
            raise joined([error, *errors]) from None
        if errors:
            raise errors[0]
        valid._personal.update(said)
        return valid

    def choices(self, minutes: float | None = None) -> Choices:
        """What the visitor chose, and what the link says that they came by.

        Raises:
            NotFound, LinkClosed, InvalidRequest: the link opens no such session.
        """
        features = None if self.features is None else tuple(dict.fromkeys(self.features))
        said = Choices(self.scenario or BASE, features, self._personal, minutes)
        if self.link is None:
            return said
        links = current_services().links
        return links.choices(self.link, self.demo_account_type, said, self.scenario)


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
    place: int = Field(description="Tu puesto en la cola: al primero le toca la próxima que esté.")
    ask_again_seconds: int = Field(
        description="Pregunta de nuevo pasados estos segundos: más cuantos más haya delante."
    )


class SessionOut(BaseModel):
    """A session, with the token that opens it. A guest sees neither its id nor its token."""

    session_id: str | None
    virtual_tenant_id: UUID | None
    demo_account_type: str
    scenario: str
    features: list[str] | None = Field(
        default=None, description="Los módulos que se ven, si no son todos."
    )
    personal: dict[str, str] = Field(
        default={}, description="Lo que dijiste de ti al abrir la demo; se borra con ella."
    )
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
    access: Literal["own", "together", "read"] = Field(
        default="own", description="Lo que puedes hacer: todo, o lo que deje quien te ha invitado."
    )
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


class ScenarioOut(BaseModel):
    """A situation to begin in."""

    name: str
    title: str
    description: str
    look_at: list[str]
    megabytes: float | None = Field(description="Lo que ocupan sus datos, si ya están.")


class AccountOut(BaseModel):
    """An account type that can be tried, with its public credentials."""

    account_type: str
    name: str
    title: str
    description: str
    features: list[str]
    modules: dict[str, str] = Field(description="Los módulos que se pueden elegir.")
    scenarios: list[ScenarioOut]
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
    ended_by_clock: int
    ended_by_visitor: int
    ended_by_ops: int
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
