"""The series of numbers: simplified invoices, returns, delivery notes."""

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import Code, TenantBase


class DocumentSeries(TenantBase):
    """The last number that a series has given.

    It is a row and not a sequence: a number that a rolled back transaction took is given again, so
    that a series has no gaps, as the law asks for.
    """

    __tablename__ = "document_series"
    __table_args__ = (CheckConstraint("last_number >= 0", name="last_number"),)

    series: Mapped[Code] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(Integer)
