"""Lists as tables (CSV) that a spreadsheet in Spanish opens as they are meant.

Columns end with a semicolon, numbers have a decimal comma, lines end with CRLF, and a byte order
mark says that it is UTF-8. Codes and headings are in Spanish, times on the bakery's clock.
"""

import csv
import json
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from typing import Any

from pydantic import BaseModel

from app.bakery.clock import MADRID
from app.bakery.labels import HEADINGS, label

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""How a text begins that a spreadsheet may run as a formula."""


def render(page: BaseModel) -> bytes:
    """Return the items of a page: a line of headings, then a line for each."""
    items: list[BaseModel] = page.items  # type: ignore[attr-defined]  # each list has them
    fields = type(page).model_fields["items"].annotation.__args__[0].model_fields  # type: ignore[union-attr]
    out = StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([HEADINGS.get(name, name) for name in fields])
    for item in items:
        # As JSON has it: rounded numbers; codes and times as they are, to be written here.
        numbers = item.model_dump()
        writer.writerow([_cell(getattr(item, name), numbers[name]) for name in fields])
    return out.getvalue().encode()


def _cell(value: Any, dumped: Any) -> str:
    match value:
        case None:
            return ""
        case StrEnum():
            return label(value)
        case bool():
            return "sí" if value else "no"
        case datetime():
            return value.astimezone(MADRID).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case int() | float() | Decimal():
            return _number(dumped)
        case list():
            return _text(", ".join(str(part) for part in value))
        case dict():
            return _text(json.dumps(value, ensure_ascii=False))
    return _text(str(value))


def _number(value: Any) -> str:
    text = str(int(value)) if value == int(value) else repr(value)
    return text.replace(".", ",")


def _text(text: str) -> str:
    """Neutralise what would be a formula: an apostrophe makes a cell text."""
    return f"'{text}" if text.startswith(FORMULA) else text
