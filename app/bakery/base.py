"""The declarative base of all tenant tables, and the column types that they share."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Enum,
    Identity,
    MetaData,
    Numeric,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from app.naming import NAMING

Money = Annotated[Decimal, mapped_column(Numeric(12, 2))]
"""Euros."""
Quantity = Annotated[Decimal, mapped_column(Numeric(12, 3))]
"""In the item's own unit: kilograms, litres or pieces."""
Percent = Annotated[Decimal, mapped_column(Numeric(5, 2))]
Code = Annotated[str, mapped_column(String(16))]
Label = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(60))]
Note = Annotated[str, mapped_column(String(120))]
Long = Annotated[str, mapped_column(String(300))]
"""Texts have a bound, so that their tables get no TOAST table, which a clone would have to make."""
RowId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
DocumentId = Annotated[
    UUID, mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
]
"""Identifies a document that leaves the bakery (a ticket, an order): it cannot be guessed."""
CreatedAt = Annotated[datetime, mapped_column(server_default=func.now())]


class TenantBase(DeclarativeBase):
    """Tables without a schema name: the tenant transaction's search path says whose they are."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
    }


def enum_column(kind: type[StrEnum], name: str, **options: Any) -> Any:
    """A column of the Postgres enum `name`, whose labels are the values of `kind`."""
    labels = Enum(kind, name=name, values_callable=lambda members: [m.value for m in members])
    return mapped_column(labels, **options)
