"""What a person sends to leave an address, and what they get back."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, Field, field_validator

from app.insights.leads.consent import CURRENT, TEXTS
from app.language.texts import N_
from app.validation import ONE_OF, Request, Text, own_error

LONGEST_ADDRESS = 254
NO_ADDRESS = N_("Escribe un correo completo, como nombre@ejemplo.es.")


class ContactIn(Request):
    """A message and who it is from. `form_key` comes from reading the form."""

    name: Annotated[Text, Field(max_length=100)] = Field(
        default="", validate_default=True, description="Tu nombre."
    )
    email: Annotated[Text, Field(max_length=LONGEST_ADDRESS)] = Field(
        default="", validate_default=True, description="Tu correo, para responderte."
    )
    business: Annotated[Text, Field(max_length=120)] = Field(
        default="", description="El nombre de tu negocio."
    )
    message: Annotated[Text, Field(max_length=2000)] = Field(
        default="", description="Lo que nos quieras contar."
    )
    consent: bool = Field(
        default=False,
        validate_default=True,
        description="Si aceptas lo que dice el texto de `consent_version`.",
    )
    consent_version: Annotated[Text, Field(max_length=20)] = Field(
        default=CURRENT, description="La versión del texto que has leído."
    )
    form_key: Annotated[Text, Field(max_length=200)] = Field(
        default="", description="La clave que da `GET /api/demo/contact`: vale para un mensaje."
    )
    website: Annotated[Text, Field(max_length=200)] = Field(
        default="", description="Déjalo vacío: solo lo rellenan los robots."
    )

    @field_validator("name")
    @classmethod
    def _has_a_name(cls, value: str) -> str:
        if not value:
            raise own_error("name", "Escribe tu nombre.")
        return value

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if not value:
            raise own_error("email", "Escribe tu correo.")
        try:
            return validate_email(value, check_deliverability=False).normalized
        except EmailNotValidError:
            raise own_error("email", NO_ADDRESS) from None

    @field_validator("consent")
    @classmethod
    def _is_given(cls, value: bool) -> bool:
        if not value:
            raise own_error("consent", "Marca la casilla si aceptas: sin eso no podemos guardarlo.")
        return value

    @field_validator("consent_version")
    @classmethod
    def _was_shown(cls, value: str) -> str:
        if value not in TEXTS:
            raise own_error("version", ONE_OF.format(expected=" o ".join(map(repr, TEXTS))))
        return value


class ContactFormOut(BaseModel):
    """The form: what is agreed to, and the key of one message."""

    form_key: str
    consent_version: str
    consent_text: str
    opens_after_seconds: int = Field(
        description="Antes de eso no se acepta: nadie lo lee tan deprisa."
    )
    sends_mail: bool = Field(description="Si te llegará un correo para confirmar la dirección.")


class ContactOut(BaseModel):
    """What became of a message."""

    received: bool
    sends_mail: bool
