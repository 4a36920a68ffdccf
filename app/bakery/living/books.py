"""The rows that events read and change, in memory: all of them for the seeds, some for a tenant."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Key = Any
"""The value of a table's key, a tuple where it has several columns."""

KEYS: dict[str, tuple[str, ...]] = {
    "product_stock": ("product_id", "location_id"),
    "stock_lots": ("id",),
    "till_sessions": ("id",),
    "orders": ("id",),
    "production_batches": ("id",),
    "purchase_orders": ("id",),
    "products": ("id",),
    "forecast_models": ("id",),
    "document_series": ("series",),
}
"""The tables whose rows events change, with their keys."""

ZERO = Decimal(0)


@dataclass
class Books:
    """Rows by table and key, with what was added to them and what was changed.

    Before `shelves_from` no pieces are kept on shelves: a bakery clears them every night, so the
    days before say nothing of what stands there now.
    """

    shelves_from: datetime | None = None
    rows: defaultdict[str, dict[Key, Row]] = field(default_factory=lambda: defaultdict(dict))
    added: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    changed: defaultdict[str, dict[Key, Row]] = field(default_factory=lambda: defaultdict(dict))
    taken: defaultdict[tuple[int, str], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    """What a till session has taken by each payment method."""
    tickets: list[tuple[Row, list[Row], list[Row]]] = field(default_factory=list)
    """Sales that wait for a number, each with its lines and the movements that name it."""

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """Take over rows that are there already."""
        for row in rows:
            self.rows[table][_key(table, row)] = row

    def get(self, table: str, key: Key) -> Row | None:
        """Return a row, if it is there."""
        return self.rows[table].get(key)

    def add(self, table: str, row: Row) -> Row:
        """Add a row."""
        self.added[table].append(row)
        if table in KEYS:
            self.rows[table][_key(table, row)] = row
        return row

    def change(self, table: str, row: Row, **values: Any) -> None:
        """Change columns of a row; a row that was added just now simply gets them."""
        row.update(values)
        self.changed[table][_key(table, row)] = row

    def open_till(self, location_id: int) -> Row | None:
        """Return the till session that is open at a location."""
        for row in reversed(self.rows["till_sessions"].values()):
            if row["location_id"] == location_id and row["closed_at"] is None:
                return row
        return None

    def lots(self, ingredient_id: int) -> list[Row]:
        """Return the lots of an ingredient that are not empty, the first to expire first."""
        found = [
            row
            for row in self.rows["stock_lots"].values()
            if row["ingredient_id"] == ingredient_id and row["quantity"] > 0
        ]
        return sorted(found, key=lambda row: (row["expires_on"], row["lot_code"]))

    def keeps_shelves(self, at: datetime) -> bool:
        """Return True if pieces are counted at this moment."""
        return self.shelves_from is None or at >= self.shelves_from

    def shelf(self, product_id: int, location_id: int) -> Row:
        """Return the stock of a product at a location, an empty one where it never had any."""
        row = self.get("product_stock", (product_id, location_id))
        if row is None:
            row = {"product_id": product_id, "location_id": location_id, "quantity": ZERO}
            self.add("product_stock", row)
        return row

    def next_number(self, series: str) -> int:
        """Take the next number of a series of documents."""
        row = self.get("document_series", series)
        if row is None:
            self.add("document_series", {"series": series, "last_number": 1})
            return 1
        number: int = row["last_number"] + 1
        self.change("document_series", row, last_number=number)
        return number

    @staticmethod
    def number(sale: Row, lines: list[Row], movements: list[Row], number: int) -> None:
        """Give a ticket its number, which its lines and the ledger name."""
        for row in (sale, *lines):
            row["ticket_number"] = number
        for movement in movements:
            movement["reference"] = f"Ticket {number}"

    def take_changes(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield the changed rows of each table that were not added just now."""
        for table, rows in self.changed.items():
            added = {_key(table, row) for row in self.added[table]}
            yield table, [row for key, row in rows.items() if key not in added]


def _key(table: str, row: Row) -> Key:
    names = KEYS[table]
    return row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)
