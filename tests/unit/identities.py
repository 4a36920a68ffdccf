"""The identities that a bakery's books must keep, recomputed from a template's rows.

Each function yields a sentence for what does not add up.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

Tables = dict[str, list[dict[str, Any]]]
MISCOUNT = Decimal(2)
"""Euros by which a till may be counted wrong."""


def lots_are_their_movements(tables: Tables) -> Iterator[str]:
    """Stock = lots = ledger; each lot began with what was bought and never held less than none."""
    ledger = defaultdict(list)
    for movement in tables["stock_movements"]:
        if movement["lot_id"] is not None:
            ledger[movement["lot_id"]].append(movement)
    for lot in tables["stock_lots"]:
        movements = ledger.pop(lot["id"])
        first = movements[0]
        if (first["kind"], first["quantity"]) != ("purchase", lot["quantity_received"]):
            yield f"lot {lot['lot_code']} did not begin with its purchase"
        held = list(accumulate(movement["quantity"] for movement in movements))
        if held[-1] != lot["quantity"]:
            yield f"lot {lot['lot_code']} is not the sum of its movements"
        if min(held) < 0:
            yield f"lot {lot['lot_code']} held less than none"
        if lot["expires_on"] < lot["received_on"]:
            yield f"lot {lot['lot_code']} had expired when it came"
    yield from (f"movements of lot {number}, which is not there" for number in ledger)


def shelves_are_their_movements(tables: Tables) -> Iterator[str]:
    """Made - sold - thrown away ± carried = what stands on the shelves."""
    shelves: Counter[tuple[int, int]] = Counter()
    for movement in tables["stock_movements"]:
        if movement["product_id"] is not None:
            shelves[movement["product_id"], movement["location_id"]] += movement["quantity"]
            if shelves[movement["product_id"], movement["location_id"]] < 0:
                yield f"a shelf held less than none: {movement}"
    for stock in tables["product_stock"]:
        if shelves[stock["product_id"], stock["location_id"]] != stock["quantity"]:
            yield f"product {stock['product_id']} at {stock['location_id']} is not its movements"


def totals_are_their_lines(tables: Tables) -> Iterator[str]:
    """A document's total is the sum of its lines, and more than nothing."""
    for documents, number, lines, key, amount in (
        ("sales", "ticket_number", "sale_lines", "ticket_number", "quantity"),
        ("orders", "id", "order_lines", "order_id", "quantity"),
        ("purchase_orders", "id", "purchase_order_lines", "purchase_order_id", "packs"),
    ):
        sums: Counter[Any] = Counter()
        for line in tables.get(lines, ()):
            sums[line[key]] += line[amount] * line["unit_price"]
        for row in tables.get(documents, ()):
            if not row["total"] == sums[row[number]] > 0:
                yield f"{documents} {row[number]}: {row['total']} is not {sums[row[number]]}"


def tills_are_their_tickets(tables: Tables) -> Iterator[str]:
    """What is counted is what the till began with and took in cash, but for a miscount."""
    cash: Counter[int] = Counter()
    for sale in tables["sales"]:
        if sale["payment_method"] == "cash":
            cash[sale["till_session_id"]] += sale["total"]
    for till in tables["till_sessions"]:
        if till["closed_at"] is None:
            continue
        difference = till["closing_cash"] - till["opening_cash"] - cash[till["id"]]
        if abs(difference) > MISCOUNT:
            yield f"till {till['id']} was counted {difference} wrong"


def tickets_leave_the_shelves(tables: Tables) -> Iterator[str]:
    """Each ticket since the shelves are counted is in the ledger, piece by piece."""
    counted = _counted_from(tables)
    sold: Counter[tuple[str, int]] = Counter()
    numbers = {
        sale["ticket_number"]: f"Ticket {sale['ticket_number']}"
        for sale in tables["sales"]
        if sale["sold_at"] >= counted
    }
    for line in tables["sale_lines"]:
        if line["ticket_number"] in numbers:
            sold[numbers[line["ticket_number"]], line["product_id"]] += line["quantity"]
    yield from _compared(sold, _moved(tables, "Ticket"), "sold")


def batches_reach_the_shelves(tables: Tables) -> Iterator[str]:
    """What a batch made is in the ledger, under its code."""
    counted = _counted_from(tables)
    made = {
        batch["batch_code"]: batch["quantity_produced"]
        for batch in tables.get("production_batches", ())
        if batch["status"] == "completed" and batch["finished_at"] >= counted
    }
    moved: Counter[str] = Counter()
    for movement in tables["stock_movements"]:
        if movement["product_id"] is not None and movement["kind"] == "production":
            moved[movement["reference"]] += movement["quantity"]
    for code, pieces in made.items():
        if moved[code] != pieces:
            yield f"batch {code} made {pieces}, the ledger has {moved[code]}"


def what_is_carried_arrives(tables: Tables) -> Iterator[str]:
    """A transfer leaves one place and reaches another, to the piece."""
    moved: Counter[tuple[str, int]] = Counter()
    for movement in tables["stock_movements"]:
        if movement["kind"] == "transfer":
            moved[movement["reference"], movement["product_id"]] += movement["quantity"]
    yield from (f"{what} of {how} were lost on the way" for what, how in moved.items() if how)


def purchases_are_lots(tables: Tables) -> Iterator[str]:
    """What was ordered and has come is what the store room took in without another reason."""
    received = {
        order["id"] for order in tables.get("purchase_orders", ()) if order["status"] == "received"
    }
    ordered: Counter[int] = Counter()
    for line in tables.get("purchase_order_lines", ()):
        if line["purchase_order_id"] in received:
            ordered[line["ingredient_id"]] += line["quantity"]
    came: Counter[int] = Counter()
    for movement in tables["stock_movements"]:
        if movement["kind"] == "purchase" and movement["reason"] is None:
            came[movement["ingredient_id"]] += movement["quantity"]
    if received:
        yield from _compared(ordered, came, "ordered")


def series_have_no_gaps(tables: Tables) -> Iterator[str]:
    """The numbers of a series go on from the documents of the year's history to its last one."""
    numbers = defaultdict(list)
    for sale in tables["sales"]:
        numbers[sale["invoice_series"]].append(sale["invoice_number"])
    for order in tables.get("orders", ()):
        if order["note_number"] is not None:
            numbers[order["note_series"]].append(order["note_number"])
    before: Counter[str] = Counter()
    for row in tables["sales_history"]:
        kind = f"S{row['location_id']}" if row["channel"] == "shop" else "A"
        before[f"{kind}-{row['day'].year}"] += row["tickets"]
    last = {row["series"]: row["last_number"] for row in tables["document_series"]}
    for series, found in numbers.items():
        if sorted(found) != list(range(before[series] + 1, int(last[series]) + 1)):
            yield f"series {series} has gaps between {before[series]} and {last[series]}"


IDENTITIES = (
    lots_are_their_movements,
    shelves_are_their_movements,
    totals_are_their_lines,
    tills_are_their_tickets,
    tickets_leave_the_shelves,
    batches_reach_the_shelves,
    what_is_carried_arrives,
    purchases_are_lots,
    series_have_no_gaps,
)


def problems(tables: Tables) -> list[str]:
    """All that does not add up."""
    return [sentence for identity in IDENTITIES for sentence in identity(tables)]


def _counted_from(tables: Tables) -> Any:
    """The first movement of a finished product: before it no pieces are kept on shelves."""
    moments = [
        movement["occurred_at"]
        for movement in tables["stock_movements"]
        if movement["product_id"] is not None
    ]
    return min(moments)


def _moved(tables: Tables, reference: str) -> Counter[tuple[str, int]]:
    moved: Counter[tuple[str, int]] = Counter()
    for movement in tables["stock_movements"]:
        if movement["product_id"] is not None and movement["reference"].startswith(reference):
            moved[movement["reference"], movement["product_id"]] -= movement["quantity"]
    return moved


def _compared(one: Counter[Any], other: Counter[Any], what: str) -> Iterator[str]:
    for key in one.keys() | other.keys():
        if one[key] != other[key]:
            yield f"{key}: {what} {one[key]}, the ledger has {other[key]}"
