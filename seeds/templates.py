"""A whole template: the rows of every table of one bakery at one moment, and what comes after."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from app.bakery.living.books import KEYS, Books
from app.bakery.living.effects import apply
from app.bakery.living.events import Event, dump_events
from app.bakery.metadata import TENANT_METADATA
from seeds.catalogue.kinds import Profile
from seeds.catalogue.la_espiga import LA_ESPIGA
from seeds.catalogue.san_pablo import SAN_PABLO
from seeds.rows.customers import customer_rows, standing_rows
from seeds.rows.documents import series_rows
from seeds.rows.history import history_rows
from seeds.rows.ingredients import ingredient_rows, shelf_rows, supplier_price_rows
from seeds.rows.people import people_rows, product_rows
from seeds.rows.recipes import recipe_rows
from seeds.story.chronicle import Chronicle
from seeds.story.forecasts import first_predictions, model_rows
from seeds.values import MADRID, Scene, Tables

PROFILES: tuple[Profile, ...] = (SAN_PABLO, LA_ESPIGA)
TICKETS_A_WEEK = 3_000
ORDERS_A_WEEK = 300
"""Room in the series of numbers, which go on from week to week."""


class SeedingError(RuntimeError):
    """An event of the seeds could not happen in the seeds' own bakery."""


@dataclass(frozen=True)
class Story:
    """What a bakery begins with in a week, and all that happens until the night after a day."""

    scene: Scene
    opening: Tables
    events: Sequence[Event]

    def digest(self, revision: str) -> str:
        """A fingerprint of the story and of the tables' revision."""
        seal = hashlib.sha256(revision.encode())
        for table, rows in self.opening.items():
            seal.update(table.encode())
            for row in rows:
                seal.update(json.dumps(row, default=str, sort_keys=True).encode())
        for event in self.events:
            seal.update(repr(event).encode())
        return seal.hexdigest()


@dataclass(frozen=True)
class TemplateData:
    """The rows of a template by table, parents first, and what follows."""

    story: Story
    now: datetime
    tables: Tables
    to_come: Sequence[Event]
    reserved: dict[str, int]
    """The highest identifier that the events to come will give, by table."""

    @property
    def row_count(self) -> int:
        """Rows in all tables."""
        return sum(len(rows) for rows in self.tables.values())

    def timeline(self) -> list[tuple[datetime, dict[str, Any]]]:
        """What follows, as the engine keeps it."""
        values = dump_events(self.to_come)
        return [(event.at, value) for event, value in zip(self.to_come, values, strict=True)]


@lru_cache(maxsize=4)
def tell(profile: Profile, today: date, scale: float = 1.0) -> Story:
    """Tell the story of a bakery up to the night after `today`; the same date tells the same."""
    scene = Scene(profile, today, scale)
    history = history_rows(scene)
    opening: Tables = {
        **people_rows(scene),
        "customers": customer_rows(scene),
        **recipe_rows(scene),
        "products": product_rows(scene),
        "ingredients": ingredient_rows(scene),
        "supplier_prices": supplier_price_rows(scene),
        "product_stock": shelf_rows(scene),
        "sales_history": history,
        "document_series": series_rows(scene, history),
        "standing_orders": standing_rows(scene),
        "forecast_models": model_rows(scene, scene.opens_on - timedelta(days=1)),
        **first_predictions(scene, scene.opens_on - timedelta(days=1)),
    }
    return Story(scene, opening, tuple(Chronicle(scene).events()))


def build_template(profile: Profile, now: datetime, scale: float = 1.0) -> TemplateData:
    """The rows of a bakery as it stands at a moment, and the events that follow it.

    The same moment gives the same rows, and so does bringing forward the rows of a moment before.
    `scale` is the share of the customers that come to the shops.

    Raises:
        SeedingError: an event could not happen; the seeds contradict themselves.
    """
    story = tell(profile, now.astimezone(MADRID).date(), scale)
    scene = story.scene
    shelves_from = datetime.combine(scene.monday - timedelta(days=1), time.min, MADRID)
    books = Books(shelves_from)
    for table in KEYS:
        books.put(table, (dict(row) for row in story.opening.get(table, ())))
    happened = [event for event in story.events if event.at <= now]
    for event in happened:
        if not apply(books, event):
            raise SeedingError(f"{event} could not happen")
    tables = _tables(story, books)
    tables["business"][0]["lived_until"] = happened[-1].at
    to_come = story.events[len(happened) :]
    return TemplateData(story, now, _in_order(tables), to_come, _reserved(story.events))


def _tables(story: Story, books: Books) -> Tables:
    """The rows of the opening as they are now, and those that were added."""
    tables: Tables = {
        name: list(books.rows[name].values()) if name in KEYS else [dict(row) for row in rows]
        for name, rows in story.opening.items()
    }
    for name, rows in books.added.items():
        if name not in story.opening:
            tables[name] = rows
        elif name not in KEYS:
            tables[name] = tables[name] + rows
    first = story.scene.weeks
    numbers = iter(range(first * TICKETS_A_WEEK + 1, (first + 1000) * TICKETS_A_WEEK))
    for ticket, number in zip(books.tickets, numbers, strict=False):
        books.number(*ticket, number)
    for number, row in enumerate(tables.get("orders", ()), start=first * ORDERS_A_WEEK + 1):
        row["order_number"] = number
    for number, row in enumerate(tables["stock_movements"], start=1):
        row["id"] = number
    return tables


def _reserved(events: Sequence[Event]) -> dict[str, int]:
    """The identifiers that events carry: a visitor's rows get higher ones."""
    return {
        table: max((getattr(event, name, 0) or 0 for event in events), default=0)
        for table, name in (
            ("till_sessions", "till_id"),
            ("production_batches", "batch_id"),
            ("procurement_runs", "run_id"),
            ("purchase_orders", "purchase_order_id"),
        )
    } | {
        "stock_lots": max(
            (lot.lot_id for event in events for lot in getattr(event, "lots", ())), default=0
        )
    }


def _in_order(tables: Tables) -> Tables:
    """Tables that have rows, each after those it refers to.

    Raises:
        ValueError: rows were made for a table that does not exist.
    """
    names = [table.name for table in TENANT_METADATA.sorted_tables]
    unknown = sorted(set(tables) - set(names))
    if unknown:
        raise ValueError(f"rows for tables that are not in the metadata: {', '.join(unknown)}")
    return {name: tables[name] for name in names if tables.get(name)}
