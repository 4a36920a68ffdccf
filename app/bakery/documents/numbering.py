"""Numbers without gaps, in a series for each kind of document, shop and year."""

from typing import Any

from sqlalchemy import ColumnElement, String, Text, cast, func, type_coerce
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.bakery.documents.models import DocumentSeries

DIGITS = 6


def sale_series(location_id: int, year: int) -> str:
    """The series of a shop's simplified invoices."""
    return f"S{location_id}-{year}"


def return_series(location_id: int, year: int) -> str:
    """The series of a shop's returns: what corrects invoices has a series of its own."""
    return f"R{location_id}-{year}"


def note_series(year: int) -> str:
    """The series of delivery notes."""
    return f"A-{year}"


def take_number(session: Session, series: str) -> int:
    """Return the next number of a series, which starts with 1.

    The series is locked until the transaction ends, and is taken before any stock: of two
    documents of one series the second waits, and a number is given back if its transaction fails.
    """
    taking = insert(DocumentSeries).values(series=series, last_number=1)
    statement = taking.on_conflict_do_update(
        index_elements=[DocumentSeries.series],
        set_={"last_number": DocumentSeries.last_number + 1},
    ).returning(DocumentSeries.last_number)
    return session.scalars(statement).one()


def document_number(series: Any, number: Any) -> ColumnElement[Any]:
    """The whole number of a document, as it is printed: `S1-2026/000042`."""
    padded = func.lpad(cast(number, Text), DIGITS, "0")
    return type_coerce(series, String).concat("/").concat(padded)
