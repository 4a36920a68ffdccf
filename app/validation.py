"""The base model of what clients send, and its validation messages in Spanish."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError, ValidationError

from app.language.texts import N_, _

OWN = "own_"
"""How the kinds of error that we raise ourselves begin: their message is Spanish already."""

ONE_OF = N_("Debe ser uno de estos valores: {expected}.")

MESSAGES: Mapping[str, str] = {
    "missing": "Falta este dato.",
    "int_type": "Debe ser un número entero.",
    "int_parsing": "Debe ser un número entero.",
    "int_parsing_size": "Es un número demasiado grande.",
    "int_from_float": "Debe ser un número entero.",
    "decimal_type": "Debe ser un número.",
    "decimal_parsing": "Debe ser un número.",
    "finite_number": "Debe ser un número finito.",
    "decimal_max_places": "Puede tener como mucho {decimal_places} decimales.",
    "decimal_max_digits": "Tiene demasiadas cifras.",
    "decimal_whole_digits": "Tiene demasiadas cifras.",
    "greater_than": "Debe ser mayor que {gt}.",
    "greater_than_equal": "Debe ser {ge} o más.",
    "less_than": "Debe ser menor que {lt}.",
    "less_than_equal": "Debe ser {le} o menos.",
    "string_type": "Debe ser un texto.",
    "string_too_short": "Es demasiado corto: como mínimo, {min_length} caracteres.",
    "string_too_long": "Es demasiado largo: como máximo, {max_length} caracteres.",
    "string_pattern_mismatch": "No tiene la forma que hace falta.",
    "string_unicode": "Contiene caracteres que no son texto.",
    "enum": ONE_OF,
    "literal_error": ONE_OF,
    "list_type": "Debe ser una lista.",
    "too_short": "Añade al menos {min_length}.",
    "too_long": "Son demasiados: como máximo, {max_length}.",
    "bool_type": "Debe ser true o false.",
    "bool_parsing": "Debe ser true o false.",
    "model_type": "Debe ser un objeto JSON.",
    "model_attributes_type": "Debe ser un objeto JSON.",
}
OTHERWISE = N_("No es un valor válido.")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def own_error(kind: str, sentence: str) -> PydanticCustomError:
    """An error of ours, for a validator to raise; `sentence` is read by a prospect."""
    return PydanticCustomError(OWN + kind, "{sentence}", {"sentence": sentence})


def in_spanish(error: ValidationError) -> ValidationError:
    """The same validation error, every message in Spanish."""
    details = error.errors(include_url=False, include_input=False)
    return ValidationError.from_exception_data(error.title, [_translate(item) for item in details])


def joined(errors: Sequence[ValidationError]) -> ValidationError:
    """All errors of several in Spanish as one; each is in Spanish already."""
    details: list[InitErrorDetails] = [
        {"type": own_error("value", item["msg"]), "loc": item["loc"], "input": None}
        for error in errors
        for item in error.errors(include_url=False, include_input=False)
    ]
    return ValidationError.from_exception_data(errors[0].title, details)


def _translate(item: ErrorDetails) -> InitErrorDetails:
    kind = item["type"]
    if kind.startswith(OWN):
        sentence = item["msg"]
    else:
        context: dict[str, Any] = {
            name: str(value).replace(" or ", _(" o "))
            for name, value in item.get("ctx", {}).items()
        }
        if context.get("field_type") == "Value":  # a text that a validator of ours saw first
            kind = f"string_{kind}"
        sentence = _(MESSAGES.get(kind, OTHERWISE)).format_map(context)
    return {"type": own_error("value", sentence), "loc": item["loc"], "input": None}


def _clean(value: object) -> object:
    """What Postgres cannot store never reaches it: NUL characters and half surrogate pairs."""
    if not isinstance(value, str):
        return value
    if _UNSTORABLE.search(value):
        raise own_error("text", "Contiene caracteres que no son texto.")
    return value.strip()


Text = Annotated[str, BeforeValidator(_clean)]


class Request(BaseModel):
    """Base of what clients send: errors are in Spanish, unknown names are ignored.

    Unknown names are ignored so that a document that was read can be sent back, changed.
    """

    model_config = ConfigDict(frozen=True)

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Validate, with messages that a prospect can read."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise in_spanish(error) from None
