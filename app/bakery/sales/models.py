"""The sales of days whose tickets are no longer kept."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ARRAY, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.bakery.base import TenantBase, enum_column


class SalesChannel(StrEnum):
    """The ways to the customer: over the counter, or by order."""

    SHOP = "shop"
    TRADE = "trade"


class SalesHistory(TenantBase):
    """One day of a location and a channel: a row, so that two years are cloned in a moment.

    The arrays go together: product, pieces and cents, by position.
    """

    __tablename__ = "sales_history"

    day: Mapped[date] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), primary_key=True)
    channel: Mapped[SalesChannel] = enum_column(SalesChannel, "sales_channel", primary_key=True)
    tickets: Mapped[int] = mapped_column(Integer)
    product_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    quantities: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    cents: Mapped[list[int]] = mapped_column(ARRAY(Integer))
