"""Base models and field types of requests and answers, for all domains."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from app.bakery.clock import MADRID
from app.validation import Request, Text, own_error

BIGGEST_ID = 2**63 - 1
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _day(value: object) -> object:
    """Only the calendar form is a day: pydantic would take Unix timestamps too."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise own_error("day", "Debe ser una fecha como 2030-12-31.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise own_error("day", "Ese día no existe en el calendario.") from None
    if not 1900 <= day.year <= 2200:
        raise own_error("day", "Debe estar entre los años 1900 y 2200.")
    return day


def _hour(value: object) -> object:
    """Only hours and minutes are an hour: pydantic would take seconds since midnight too."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_HOUR, value):
        raise own_error("hour", "Debe ser una hora como 06:30.")
    return time.fromisoformat(value)


def _local_time(moment: datetime) -> str:
    return moment.astimezone(MADRID).isoformat()


def _rounded(places: int) -> PlainSerializer:
    return PlainSerializer(lambda number: round(float(number), places), return_type=float)


_NUMBER = WithJsonSchema({"type": "number"})


Day = Annotated[date, BeforeValidator(_day)]
Hour = Annotated[
    time,
    BeforeValidator(_hour),
    PlainSerializer(lambda hour: hour.strftime("%H:%M"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": _HOUR}),
]
"""An hour of the day on the bakery's clock."""
RowKey = Annotated[int, Field(gt=0, le=BIGGEST_ID)]
"""A row's id in a query string, where everything is text."""
BodyKey = Annotated[int, Field(gt=0, le=BIGGEST_ID, strict=True)]
"""A row's id in a JSON body, where `true` and `"7"` are no ids."""

Euros = Annotated[Decimal, _rounded(2), _NUMBER]
"""Money leaves as a JSON number of two decimals; inside, it is exact."""
UnitCost = Annotated[Decimal, _rounded(4), _NUMBER]
Amount = Annotated[Decimal, _rounded(3), _NUMBER]
"""A quantity, in the item's own unit."""


def is_whole(quantity: Decimal) -> bool:
    """Return True for a number without a fraction, however large."""
    return quantity == quantity.to_integral_value()


def _whole(quantity: Decimal) -> Decimal:
    if not is_whole(quantity):
        raise own_error("whole", "Se cuenta por piezas: usa un número entero.")
    return quantity


Pieces = Annotated[
    Decimal, Field(gt=0, json_schema_extra={"multipleOf": 1}), AfterValidator(_whole)
]
"""A number of whole pieces, as products are sold: a part of one would round to no money at all."""
WholeNumber = Annotated[Decimal, Field(json_schema_extra={"multipleOf": 1}), AfterValidator(_whole)]
"""A number of pieces that may be none."""
Cash = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2)]
"""A sum of money in a request."""
Percentage = Annotated[Decimal, _rounded(2), _NUMBER]
Moment = Annotated[datetime, PlainSerializer(_local_time, return_type=str)]
"""A timestamp leaves as ISO 8601 on the bakery's clock, with its offset."""


class Query(Request):
    """Base of query strings. A filter that a form left empty is no filter."""

    @model_validator(mode="before")
    @classmethod
    def drop_empty(cls, data: Any) -> Any:
        """Leave out what is empty."""
        return {name: value for name, value in data.items() if value != ""}


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise own_error("email", "Debe ser un correo como nombre@ejemplo.es.")
    return text


Email = Annotated[Text, Field(max_length=60), AfterValidator(_email)]


class Period(Query):
    """Days from one to another, both included."""

    from_: Day | None = Field(default=None, alias="from", description="Primer día.")
    to: Day | None = Field(default=None, description="Último día, incluido.")

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Refuse a period that ends before it begins."""
        if self.from_ and self.to and self.to < self.from_:
            raise own_error("period", "El periodo termina antes de empezar: revisa las dos fechas.")
        return self


class Page(BaseModel):
    """Base of all lists: a page of items, and how many there are in all."""

    page: int
    per_page: int
    pages: int
    total: int
