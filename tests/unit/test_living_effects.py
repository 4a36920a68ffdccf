"""An event happens only if it still can: what a visitor did comes first."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from app.bakery.living import events as happened
from app.bakery.living.books import Books
from app.bakery.living.effects import apply

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
ID = UUID(int=1)


@pytest.fixture
def books():
    books = Books()
    books.put("till_sessions", [till()])
    books.put("product_stock", [{"product_id": 1, "location_id": 1, "quantity": Decimal(3)}])
    books.put("orders", [{"id": ID, "status": "ready", "total": Decimal("2.00")}])
    books.put("stock_lots", [lot(1, "2", date(2026, 12, 1)), lot(2, "5", date(2026, 11, 30))])
    books.put("production_batches", [batch("planned")])
    books.put("purchase_orders", [{"id": 7, "status": "sent"}])
    return books


def till(closed_at=None):
    cash = Decimal(150)
    return {"id": 1, "location_id": 1, "closed_at": closed_at, "opening_cash": cash}


def lot(key, quantity, expires_on):
    return {
        "id": key, "ingredient_id": 1, "location_id": 1, "lot_code": f"L{key}",
        "quantity": Decimal(quantity), "unit_cost": Decimal(1), "expires_on": expires_on,
    }  # fmt: skip


def batch(status):
    return {"id": 9, "batch_code": "H-1", "location_id": 1, "status": status}


def sold(count):
    return happened.Sold(
        NOW, ID, 1, "cash", "completed", ((1, count, Decimal("1.10"), Decimal(4)),)
    )


def delivered_order(total="2.00"):
    return happened.OrderMoved(
        NOW, ID, "ready", "delivered", Decimal(total), 1, ((1, 2),), "Pedido de Ana"
    )


def delivery():
    lots = (happened.Lot(3, 1, "L3", Decimal(10), Decimal(1), date(2027, 1, 1)),)
    return happened.Delivered(NOW, 1, lots, "Albarán", None, 7)


def nothing_changed(books):
    return not any(books.added.values()) and not any(books.changed.values())


def test_a_ticket_takes_its_pieces_and_fills_the_till(books):
    assert apply(books, sold(2))
    assert books.get("product_stock", (1, 1))["quantity"] == 1
    assert books.taken[1, "cash"] == Decimal("2.20")
    assert [row["quantity"] for row in books.added["stock_movements"]] == [-2]


def test_no_sale_without_the_pieces(books):
    assert not apply(books, sold(4))
    assert nothing_changed(books)


def test_no_sale_with_a_till_that_was_closed(books):
    books.put("till_sessions", [till(closed_at=NOW)])
    assert not apply(books, sold(1))
    assert nothing_changed(books)


def test_an_order_that_was_changed_is_left_to_the_visitor(books):
    assert not apply(books, delivered_order(total="3.00"))
    books.get("orders", ID)["status"] = "cancelled"
    assert not apply(books, delivered_order())
    assert nothing_changed(books)


def test_an_order_needs_its_pieces(books):
    books.get("product_stock", (1, 1))["quantity"] = Decimal(1)
    assert not apply(books, delivered_order())
    assert nothing_changed(books)


def test_a_batch_draws_from_the_lot_that_expires_first(books):
    assert apply(books, happened.BatchStarted(NOW, 9, ((1, Decimal(6)),)))
    assert [books.get("stock_lots", key)["quantity"] for key in (1, 2)] == [1, 0]


def test_a_batch_without_its_ingredients_stays_planned(books):
    assert not apply(books, happened.BatchStarted(NOW, 9, ((1, Decimal(8)),)))
    assert nothing_changed(books)


def test_a_batch_that_was_not_begun_is_not_finished(books):
    assert not apply(books, happened.BatchFinished(NOW, 9, 1, 20, Decimal(1)))
    assert nothing_changed(books)


def test_a_purchase_order_comes_once(books):
    assert apply(books, delivery())
    assert not apply(books, delivery())
    assert [row["id"] for row in books.added["stock_lots"]] == [3]


def test_a_till_is_not_opened_twice_and_counts_what_it_took(books):
    assert not apply(books, happened.TillOpened(NOW, 2, 1, 1, Decimal(150)))
    apply(books, sold(1))
    assert apply(books, happened.TillClosed(NOW, 1, Decimal("-0.10")))
    assert books.get("till_sessions", 1)["closing_cash"] == Decimal("151.00")


def test_tickets_take_the_next_number_of_their_shop_and_year(books):
    books.put("document_series", [{"series": "S1-2026", "last_number": 41}])
    assert apply(books, sold(1))
    assert apply(books, replace(sold(1), at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC)))
    numbers = [(row["invoice_series"], row["invoice_number"]) for row in books.added["sales"]]
    assert numbers == [("S1-2026", 42), ("S1-2027", 1)]
    assert books.get("document_series", "S1-2026")["last_number"] == 42


def test_a_delivery_gets_its_note(books):
    assert apply(books, delivered_order())
    order = books.get("orders", ID)
    assert (order["note_series"], order["note_number"]) == ("A-2026", 1)
    assert order["delivered_at"] == NOW


def test_a_till_is_counted_by_each_payment_method(books):
    for method in ("cash", "card", "bizum"):
        assert apply(books, replace(sold(1), payment_method=method))
    assert apply(books, happened.TillClosed(NOW, 1, Decimal("-0.10")))
    till = books.get("till_sessions", 1)
    counted = [till[f"closing_{method}"] for method in ("cash", "card", "bizum")]
    assert counted == [Decimal("151.00"), Decimal("1.10"), Decimal("1.10")]
