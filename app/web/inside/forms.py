"""Forms: their values as the API's schemas take them, their faults as sentences."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import Response, g, redirect, request
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.bakery.labels import HEADINGS
from app.errors import Conflict, InvalidRequest
from app.language.texts import _, current_language
from app.web.inside import once


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a form: a sentence for each thing."""

    status: int
    sentences: tuple[str, ...]
    code: str = ""


def submit(session: Session, work: Callable[[], str]) -> Response | Fault:
    """Run a form's work once, and lead to the page that it returns.

    All of it happens or nothing. What the visitor can correct is returned, to be shown beside the
    form; anything else is raised.
    """
    key = once.key_of_form()
    try:
        with session.begin_nested():
            before = None if key is None else once.find_before(session, key)
            g.done_before = before is not None
            address = before or work()
            if key is not None and before is None:
                once.keep(session, key, address)
    except (ValidationError, InvalidRequest, Conflict) as error:
        return fault_of(error)
    response = redirect(address, HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    return response


def fault_of(error: ValidationError | InvalidRequest | Conflict) -> Fault:
    """Return what a visitor is told of an error."""
    if isinstance(error, ValidationError):
        found = [_sentence(item["loc"], _(item["msg"])) for item in error.errors()]
        return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, tuple(dict.fromkeys(found)))
    return Fault(error.status, (_(error.detail),), error.error_code)


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    names = [HEADINGS.get(str(part), "") for part in place if isinstance(part, str)]
    name = _(next((each for each in reversed(names) if each), ""))
    return f"{name.partition(' (')[0]}: {message}" if name else message


def text_of(name: str) -> str | None:
    """Return a field of the form; None for one that is empty."""
    return text_in(request.form, name)


def text_in(fields: Mapping[str, str], name: str) -> str | None:
    """Return one of these fields; None for one that is empty."""
    return fields.get(name, "").strip() or None


def whole_of(value: str | None) -> int | str | None:
    """Return a whole number, or what was written instead, for the schema to refuse."""
    text = (value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text or None


def decimal_of(value: str | None) -> str | None:
    """Return a number as it is written in the page's language, in the form that schemas read.

    «1.000» is a thousand in Spanish, as pages write it, and «1.5» is what fields of numbers send.
    """
    text = (value or "").strip().replace("−", "-")
    language = current_language()
    is_grouped = re.fullmatch(rf"-?[1-9]\d{{0,2}}({re.escape(language.group)}\d{{3}})+", text)
    if "," not in text and not is_grouped:
        return text or None
    return text.replace(language.group, "").replace(language.decimal, ".")


def quantities_of(prefix: str, form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the lines of fields `<prefix><product>` that say how many; others are left out."""
    lines = []
    for name, value in form.items():
        product = name.removeprefix(prefix)
        if name == product or not product.isdigit() or value.strip() in ("", "0"):
            continue
        lines.append({"product_id": int(product), "quantity": decimal_of(value)})
    return lines


def plain(value: Decimal | float | None) -> str:
    """Return a number as a field of text holds it: as it is written, without groups."""
    if value is None:
        return ""
    return format(Decimal(str(value)).normalize(), "f").replace(".", current_language().decimal)
