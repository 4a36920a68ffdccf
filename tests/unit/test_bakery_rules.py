"""Rules of the bakery that need no database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from app.bakery.blueprints import BLUEPRINTS
from app.bakery.clock import day_end, day_start
from app.bakery.inventory.stock import plain
from app.bakery.listing import fold
from app.bakery.modules import MODULES
from app.bakery.orders.models import OrderStatus
from app.bakery.orders.service import TRANSITIONS
from app.bakery.pos.lines import Line, total
from app.bakery.pos.schemas import PaymentMethod
from app.bakery.schemas import Day
from app.validation import MESSAGES, Request, Text


class Everything(Request):
    """One field for each way to be wrong."""

    whole: Annotated[int, Field(gt=0, le=9)] = 1
    half: Annotated[int, Field(ge=1, lt=9)] = 1
    exact: Annotated[Decimal, Field(decimal_places=2, max_digits=5)] = Decimal(1)
    words: Annotated[Text, Field(min_length=2, max_length=3)] = "ab"
    choice: PaymentMethod = PaymentMethod.CASH
    literal: Literal["a", "b"] = "a"
    many: Annotated[list[int], Field(min_length=1, max_length=2)] = Field(default=[1])
    flag: bool = True
    day: Day = date(2030, 1, 1)
    inner: "Everything | None" = None


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("whole", "x", "Debe ser un número entero."),
        ("whole", 0, "Debe ser mayor que 0."),
        ("whole", 10, "Debe ser 9 o menos."),
        ("half", 0, "Debe ser 1 o más."),
        ("half", 9, "Debe ser menor que 9."),
        ("half", "9" * 5000, "Es un número demasiado grande."),
        ("exact", "1.001", "Puede tener como mucho 2 decimales."),
        ("exact", "x", "Debe ser un número."),
        ("exact", True, "Debe ser un número."),
        ("exact", float("inf"), "Debe ser un número finito."),
        ("exact", 10**9, "Tiene demasiadas cifras."),
        ("words", " a ", "Es demasiado corto: como mínimo, 2 caracteres."),
        ("words", "abcd", "Es demasiado largo: como máximo, 3 caracteres."),
        ("words", 3, "Debe ser un texto."),
        ("words", "a\x00", "Contiene caracteres que no son texto."),
        ("words", "a\udc00", "Contiene caracteres que no son texto."),
        ("choice", "gold", "Debe ser uno de estos valores: 'cash', 'card' o 'bizum'."),
        ("literal", "c", "Debe ser uno de estos valores: 'a' o 'b'."),
        ("many", [], "Añade al menos 1."),
        ("many", [1, 2, 3], "Son demasiados: como máximo, 2."),
        ("many", 7, "Debe ser una lista."),
        ("flag", "quizá", "Debe ser true o false."),
        ("day", "1.1.2030", "Debe ser una fecha como 2030-12-31."),
        ("day", 7, "Debe ser una fecha como 2030-12-31."),
        ("day", "2030-02-29", "Ese día no existe en el calendario."),
        ("day", "0999-01-01", "Debe estar entre los años 1900 y 2200."),
        ("inner", 7, "Debe ser un objeto JSON."),
    ],
)
def test_every_validation_message_is_in_spanish(field, value, sentence):
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate({field: value})
    (error,) = caught.value.errors()
    assert (error["loc"], error["msg"]) == ((field,), sentence)


def test_every_message_is_a_full_sentence():
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in MESSAGES.values())


@pytest.mark.parametrize(
    ("words", "folded"), [("Ñandú", "nandu"), ("PINGÜINO", "pinguino"), ("50%", "50%"), ("", "")]
)
def test_words_are_folded_as_the_database_folds_them(words, folded):
    assert fold(words) == folded


def test_the_days_when_clocks_change_are_as_long_as_they_are():
    for day, hours in ((date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 6, 1), 24)):
        span = day_end(day).timestamp() - day_start(day).timestamp()
        assert timedelta(seconds=span) == timedelta(hours=hours)


def test_amounts_round_half_up_as_the_database_does():
    lines = [
        Line(1, Decimal("0.5"), Decimal("1.05"), Decimal(4)),
        Line(2, Decimal("0.333"), Decimal("1.50"), Decimal(4)),
    ]
    assert [line.amount for line in lines] == [Decimal("0.53"), Decimal("0.50")]
    assert total(lines) == Decimal("1.03")


@pytest.mark.parametrize(
    ("quantity", "text"), [("8.000", "8"), ("0.000", "0"), ("1.250", "1,25"), ("100", "100")]
)
def test_quantities_are_formatted_in_spanish(quantity, text):
    assert plain(Decimal(quantity)) == text


def test_every_order_status_has_its_transitions_and_none_leads_back():
    assert set(TRANSITIONS) == set(OrderStatus)
    order = list(OrderStatus)
    for status, following in TRANSITIONS.items():
        assert all(order.index(later) > order.index(status) for later in following)


def test_every_module_has_its_blueprint():
    modules = set().union(*MODULES.values())
    assert {blueprint.name for blueprint in BLUEPRINTS} == modules
