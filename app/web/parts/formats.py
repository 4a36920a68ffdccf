"""Numbers, days and codes as a bakery in Spain writes and says them; the templates' filters."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from flask import Flask

from app.bakery.clock import MADRID, today
from app.bakery.inventory.models import Unit
from app.bakery.labels import label

NOTHING = "—"
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
SHORT = 3
SAID = {-1: "ayer", 0: "hoy", 1: "mañana"}

Number = Decimal | float | int


def number(value: Number | None, places: int = 0, at_most: int | None = None) -> str:
    """Write a number: `1.234,5`. Zeros after `places` are left out, up to `at_most` places."""
    if value is None:
        return NOTHING
    most = places if at_most is None else at_most
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    whole, _, part = f"{rounded:,.{most}f}".partition(".")
    part = part[:places] + part[places:].rstrip("0")
    if rounded == 0:
        whole = whole.removeprefix("-")
    return whole.replace(",", ".").replace("-", "−") + (f",{part}" if part else "")


def euros(value: Number | None) -> str:
    """Write money: `1.234,56 €`."""
    return NOTHING if value is None else f"{number(value, 2)}\N{NO-BREAK SPACE}€"


def amount(value: Number | None) -> str:
    """Write a quantity, with as many decimals as it needs, three at most."""
    return number(value, 0, 3)


def quantity(value: Number | None, unit: Unit) -> str:
    """Write a quantity with its unit: `12,5 kg`."""
    return NOTHING if value is None else f"{amount(value)}\N{NO-BREAK SPACE}{label(unit)}"


def percent(value: Number | None) -> str:
    """Write a share: `12,5 %`."""
    return NOTHING if value is None else f"{number(value, 0, 1)}\N{NO-BREAK SPACE}%"


def day(value: date | None) -> str:
    """Say a day: «hoy», «mañana», «jue 26 nov»; with its year where that is another."""
    if value is None:
        return NOTHING
    here = today()
    if (said := SAID.get((value - here).days)) is not None:
        return said
    text = f"{WEEKDAYS[value.weekday()][:SHORT]} {value.day} {MONTHS[value.month - 1][:SHORT]}"
    return text if value.year == here.year else f"{text} {value.year}"


def long_day(value: date) -> str:
    """Say a day in full: «jueves, 26 de noviembre»."""
    text = f"{WEEKDAYS[value.weekday()]}, {value.day} de {MONTHS[value.month - 1]}"
    return text if value.year == today().year else f"{text} de {value.year}"


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


def count(value: int, one: str, many: str) -> str:
    """Write a number of things: `1 pedido`, `25 pedidos`."""
    return f"{number(value)} {one if value == 1 else many}"


def days_left(value: int) -> str:
    """Say how long something keeps: «caduca hoy», «quedan 3 días»."""
    if value < 0:
        return "caducado"
    return {0: "caduca hoy", 1: "caduca mañana"}.get(value, f"quedan {value} días")


def name(value: StrEnum) -> str:
    """Return what a code is called."""
    return label(value)


FILTERS: dict[str, Any] = {
    "number": number, "euros": euros, "amount": amount, "quantity": quantity, "percent": percent,
    "day": day, "long_day": long_day, "clock": clock, "moment": moment, "minutes": minutes,
    "countdown": countdown, "count_of": count, "days_left": days_left, "name": name,
}  # fmt: skip


def init_formats(app: Flask) -> None:
    """Give the templates the filters."""
    app.jinja_env.filters.update(FILTERS)


def same_day_last_week(value: date) -> date:
    """Return the same weekday of the week before."""
    return value - timedelta(days=7)
