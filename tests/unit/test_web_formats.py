"""Numbers and days are written as a bakery in Spain writes and says them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from app.bakery.clock import MADRID, today
from app.bakery.inventory.models import Unit
from app.language.catalogues import read_language
from app.language.texts import ngettext, speaking
from app.web.inside.forms import decimal_of, plain, quantities_of, whole_of
from app.web.inside.navigation import place_of, sections_of
from app.web.parts import formats
from tests.translations import FOLDER


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.5"), "1.234,50\xa0€"),
        (Decimal("-0.004"), "0,00\xa0€"),
        (Decimal("-1234567.895"), "−1.234.567,90\xa0€"),
        (0, "0,00\xa0€"),
        (None, "—"),
    ],
)
def test_money(value: Decimal | None, text: str) -> None:
    assert formats.euros(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("12.500"), "12,5"), (Decimal(1000), "1.000"), (0.3, "0,3"), (Decimal("0.0004"), "0")],
)
def test_quantities_have_the_decimals_that_they_need(value: Decimal, text: str) -> None:
    assert formats.amount(value) == text


def test_units_shares_and_times() -> None:
    assert formats.quantity(Decimal("2.5"), Unit.KILOGRAM) == "2,5\xa0kg"
    assert formats.percent(Decimal("12.54")) == "12,5\xa0%"
    assert formats.minutes(150) == "2\xa0h\xa030\xa0min"
    assert formats.minutes(0) == "0\xa0min"
    assert formats.countdown(1793) == "29:53"
    assert ngettext("%(num)s pedido", "%(num)s pedidos", 1) == "1 pedido"
    assert ngettext("%(num)s pedido", "%(num)s pedidos", 1250) == "1.250 pedidos"


def test_days_are_said_as_people_say_them() -> None:
    here = today()
    assert [formats.day(here + timedelta(days=days)) for days in (-1, 0, 1)] == [
        "ayer",
        "hoy",
        "mañana",
    ]
    assert formats.day(date(2019, 2, 28)) == "jue 28 feb 2019"
    assert formats.long_day(date(2019, 9, 1)) == "domingo, 1 de septiembre de 2019"
    noon = datetime(2019, 7, 1, 10, 5, tzinfo=MADRID)
    assert formats.moment(noon) == "lun 1 jul 2019, 10:05"
    assert formats.days_left(-1) == "caducado"
    assert formats.days_left(0) == "caduca hoy"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1,5", "1.5"), ("1.234,5", "1234.5"), ("−2", "-2"), (" 3 ", "3"), ("1.5", "1.5"),
        ("", None), ("1.000", "1000"), ("−12.345.678", "-12345678"), ("0.125", "0.125"),
        ("1000.5", "1000.5"), ("1.0000", "1.0000"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written(written: str, read: str | None) -> None:
    assert decimal_of(written) == read


@pytest.mark.parametrize("value", ["-185.275", "1000", "12.125", "0.5"])
def test_a_number_that_a_field_holds_is_read_as_it_was(value: str) -> None:
    assert decimal_of(plain(Decimal(value))) == value
    with speaking(read_language(FOLDER, "en")):
        assert decimal_of(plain(Decimal(value))) == value


def test_what_is_no_number_stays_for_the_schema_to_refuse() -> None:
    assert [whole_of(text) for text in ("12", "²", "x", "", None)] == [12, "²", "x", None, None]
    form = {"u-1": "2", "u-2": "", "u-3": "0", "u-x": "1", "pago": "cash", "u-4": "<b>"}
    assert quantities_of("u-", form) == [
        {"product_id": 1, "quantity": "2"},
        {"product_id": 4, "quantity": "<b>"},
    ]


def test_a_page_is_in_the_section_whose_address_begins_its_own() -> None:
    assert place_of("/demo/inventario/12")[1].title == "Inventario"
    assert place_of("/demo/inventario/lotes")[1].title == "Lotes"
    assert place_of("/demo/sesion/terminar")[1].title == "Hoy"
    assert place_of("/demo")[1].title == place_of("/demo/")[1].title == "Hoy"
    assert place_of("/demo/")[1].title == "Hoy"
    assert place_of("/demo")[1].title == "Hoy"
    assert [section.title for section in sections_of({"pos", "recipes"})] == ["Caja", "Recetas"]


@pytest.fixture
def in_english() -> Iterator[None]:
    with speaking(read_language(FOLDER, "en")):
        yield


@pytest.mark.usefixtures("in_english")
def test_numbers_and_days_in_english() -> None:
    assert formats.euros(Decimal("1234.5")) == "€1,234.50"
    assert formats.euros(Decimal("-1234567.895")) == "−€1,234,567.90"
    assert formats.whole_euros(2500) == "€2,500"
    assert formats.amount(Decimal("1012.500")) == "1,012.5"
    assert formats.quantity(Decimal("2.5"), Unit.PIECE) == "2.5\xa0pcs"
    assert formats.percent(Decimal("12.54")) == "12.5%"
    assert ngettext("%(num)s pedido", "%(num)s pedidos", 1250) == "1,250 orders"
    assert formats.day(today() + timedelta(days=1)) == "tomorrow"
    assert formats.day(date(2019, 2, 28)) == "Thu 28 Feb 2019"
    assert formats.long_day(date(2019, 9, 1)) == "Sunday, 1 September 2019"
    assert (formats.days_left(0), formats.days_left(1200)) == ("expires today", "1,200 days left")
    assert [decimal_of(text) for text in ("1,234.5", "1.5", "−2")] == ["1234.5", "1.5", "-2"]
