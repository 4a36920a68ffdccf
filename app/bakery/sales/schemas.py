"""Queries and answers of the sales API."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.bakery.listing import ListQuery
from app.bakery.sales.models import SalesChannel
from app.bakery.schemas import Amount, Euros, Page, Percentage, Period, RowKey

LONGEST_PERIOD = 366


class SalesQuery(ListQuery, Period):
    """The period of the sales; by default the last thirty days, today included."""

    location_id: RowKey | None = None


class ChannelQuery(SalesQuery):
    """The same, of one channel; by default of both."""

    channel: SalesChannel | None = Field(
        default=None, description="`shop`: tickets de las tiendas; `trade`: pedidos entregados."
    )


class DailyQuery(ChannelQuery):
    """A chart wants all its days at once: pages are longer here."""

    per_page: Annotated[int, Field(ge=1, le=LONGEST_PERIOD, description="Días por página.")] = 31


class DayOut(BaseModel):
    """The sales of a day."""

    day: date
    tickets: int
    pieces: Amount
    amount: Euros
    average_ticket: Euros


class HourOut(BaseModel):
    """The sales at an hour of the day, over all days of the period."""

    hour: int
    tickets: int
    pieces: Amount
    amount: Euros


class ProductSalesOut(BaseModel):
    """The sales of a product."""

    product_id: int
    product_name: str
    category: str
    quantity: Amount
    tickets: int
    amount: Euros
    share: Percentage = Field(description="De todo lo vendido en el periodo, en tanto por ciento.")


class Compared(BaseModel):
    """Base of what is set against a week and a year before."""

    last_week_amount: Euros
    last_week_change: Percentage | None = Field(description="En tanto por ciento.")
    last_year_amount: Euros
    last_year_change: Percentage | None = Field(description="En tanto por ciento.")


class ComparedDay(Compared):
    """The sales of a day, against the same weekday of last week and of last year."""

    day: date
    tickets: int
    pieces: Amount
    amount: Euros
    is_partial: bool = Field(
        description="Hoy: la semana pasada se cuenta hasta esta hora; el año pasado, entero."
    )
    last_week_day: date
    last_year_day: date


class LocationSales(Compared):
    """The sales of a shop by one channel."""

    location_id: int
    location_name: str
    channel: SalesChannel
    tickets: int
    pieces: Amount
    amount: Euros
    share: Percentage = Field(description="De todo lo vendido en el periodo, en tanto por ciento.")


class DayPage(Page):
    """A page of days."""

    items: list[DayOut]


class HourPage(Page):
    """A page of hours."""

    items: list[HourOut]


class ComparisonPage(Page):
    """A page of compared days."""

    items: list[ComparedDay]


class LocationSalesPage(Page):
    """A page of shops and channels."""

    items: list[LocationSales]


class ProductSalesPage(Page):
    """A page of products, the best sold first."""

    items: list[ProductSalesOut]
