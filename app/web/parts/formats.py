"""Numbers, days and codes as people write and say them in a page's language: the filters."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from flask import Flask

from app.bakery.clock import MADRID, today
from app.bakery.inventory.models import Unit
from app.bakery.labels import label
from app.language.texts import N_, _, current_language, ngettext, pgettext

NOTHING = "—"
SHORT = 3
SAID = {-1: N_("ayer"), 0: N_("hoy"), 1: N_("mañana")}

Number = Decimal | float | int


def number(value: Number | None, places: int = 0, at_most: int | None = None) -> str:
    """Write a number: `1.234,5`. Zeros after `places` are left out, up to `at_most` places."""
    if value is None:
        return NOTHING
    most = places if at_most is None else at_most
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    whole, point, part = f"{rounded:,.{most}f}".partition(".")
    part = part[:places] + part[places:].rstrip("0")
    if rounded == 0:
        whole = whole.removeprefix("-")
    language = current_language()
    whole = whole.replace(",", language.group).replace("-", "−")
    return f"{whole}{language.decimal}{part}" if point and part else whole


def euros(value: Number | None, places: int = 2) -> str:
    """Write money: `1.234,56 €`."""
    if value is None:
        return NOTHING
    text = number(value, places)
    sign = "−" if text.startswith("−") else ""
    return sign + pgettext("dinero", "%s\N{NO-BREAK SPACE}€") % text.removeprefix("−")


def whole_euros(value: Number) -> str:
    """Write money without cents."""
    return euros(value, 0)


def amount(value: Number | None) -> str:
    """Write a quantity, with as many decimals as it needs, three at most."""
    return number(value, 0, 3)


def quantity(value: Number | None, unit: Unit) -> str:
    """Write a quantity with its unit: `12,5 kg`."""
    return NOTHING if value is None else f"{amount(value)}\N{NO-BREAK SPACE}{label(unit)}"


def percent(value: Number | None) -> str:
    """Write a share: `12,5 %`."""
    if value is None:
        return NOTHING
    return pgettext("porcentaje", "%s\N{NO-BREAK SPACE}%%") % number(value, 0, 1)


def day(value: date | None) -> str:
    """Say a day: «hoy», «mañana», «jue 26 nov»; with its year where that is another."""
    if value is None:
        return NOTHING
    here = today()
    if (said := SAID.get((value - here).days)) is not None:
        return _(said)
    text = f"{weekday(value)[:SHORT]} {value.day} {_month(value)[:SHORT]}"
    return text if value.year == here.year else f"{text} {value.year}"


def weekday(value: date) -> str:
    """Return the name of a day of the week: «jueves»."""
    return weekdays()[value.weekday()]


def weekdays() -> list[str]:
    """Return the names of the days of the week, Monday first."""
    names = current_language().locale.days["format"]["wide"]
    return [str(names[index]) for index in range(7)]


def numbered_weekday(value: int) -> str:
    """Return the name of a weekday by its number: 1 is Monday."""
    return weekdays()[value - 1]


def _month(value: date) -> str:
    return str(current_language().locale.months["format"]["wide"][value.month])


def long_day(value: date) -> str:
    """Say a day in full: «jueves, 26 de noviembre»."""
    parts = {"weekday": weekday(value), "day": value.day, "month": _month(value)}
    if value.year == today().year:
        return _("%(weekday)s, %(day)s de %(month)s", **parts)
    return _("%(weekday)s, %(day)s de %(month)s de %(year)s", **parts, year=value.year)


def clock(value: datetime | None) -> str:
    """Write the time of the day in the bakery: `14:05`."""
    return NOTHING if value is None else value.astimezone(MADRID).strftime("%H:%M")


def moment(value: datetime | None) -> str:
    """Say a moment: «hoy, 14:05»."""
    if value is None:
        return NOTHING
    local = value.astimezone(MADRID)
    return f"{day(local.date())}, {clock(local)}"


def minutes(value: int) -> str:
    """Say a length of time: `1 h 20 min`."""
    hours, rest = divmod(value, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return " ".join(part for part in parts if part).replace(" ", "\N{NO-BREAK SPACE}")


def countdown(seconds: int) -> str:
    """Write the time that is left: `29:53`."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def days_left(value: int) -> str:
    """Say how long something keeps: «caduca hoy», «quedan 3 días»."""
    if value < 0:
        return _("caducado")
    if value == 0:
        return _("caduca hoy")
    if value == 1:
        return _("caduca mañana")
    return ngettext("queda %(num)s día", "quedan %(num)s días", value)


def name(value: StrEnum) -> str:
    """Return what a code is called."""
    return label(value)


FILTERS: dict[str, Any] = {
    "number": number, "euros": euros, "amount": amount, "quantity": quantity, "percent": percent,
    "day": day, "long_day": long_day, "clock": clock, "moment": moment, "minutes": minutes,
    "countdown": countdown, "days_left": days_left, "name": name, "whole_euros": whole_euros,
    "numbered_weekday": numbered_weekday,
}  # fmt: skip


def init_formats(app: Flask) -> None:
    """Give the templates the filters."""
    app.jinja_env.filters.update(FILTERS)


def same_day_last_week(value: date) -> date:
    """Return the same weekday of the week before."""
    return value - timedelta(days=7)
