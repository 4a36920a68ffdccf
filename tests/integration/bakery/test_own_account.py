"""A bakery with an account of its own does all that a till and orders need; a demo is asked to."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.bakery.clock import now, today
from jobs.maintenance.daily import run_daily
from tests.fixtures.demo import DEMO
from tests.integration.bakery.ledger import left, movements, sale

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)
YEAR = now().year
TOMORROW = today() + timedelta(days=1)


def standing(*lines):
    keys = ("weekday", "product_id", "quantity")
    return {"lines": [dict(zip(keys, line, strict=True)) for line in lines]}


def orders_of(api, **query):
    return api.get("/orders", **query)["items"]


def ordered(api, *lines, **more):
    asked = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
    body = {"customer_id": 1, "due_on": today().isoformat(), "lines": asked} | more
    return f"/orders/{api.post('/orders', body)['id']}"


class TestADay:
    def test_from_the_opening_of_the_till_to_its_count(self, own):
        opened = own.post("/pos/session/open", {"opening_cash": 120, "location_id": 3})
        assert (opened.status, opened["is_open"], opened["expected_cash"]) == (201, True, 120.0)
        with own.session() as session:
            session.execute(text("UPDATE product_stock SET location_id = 3 WHERE location_id = 2"))
        ticket = own.post("/pos/sales", sale((1, 3), (2, 2), location_id=3, cash_received=10))
        assert (ticket["total"], ticket["change"]) == (6.42, 3.58)
        assert ticket["invoice_number"] == f"S3-{YEAR}/000001"
        assert ticket["vat"] == [
            {"vat_percent": 4.0, "base": 3.0, "tax": 0.12, "amount": 3.12},
            {"vat_percent": 10.0, "base": 3.0, "tax": 0.3, "amount": 3.3},
        ]
        for method in ("card", "bizum"):
            paid = own.post("/pos/sales", sale((1, 1), location_id=3) | {"payment_method": method})
            assert (paid["payment_method"], paid["change"]) == (method, None)
        path = f"/pos/sales/{ticket['id']}"
        fixed = own.put(path, {"lines": sale((1, 2), (2, 2))["lines"]})
        assert (fixed["status"], fixed["change"]) == ("corrected", 4.62)
        one = {"reason": "faulty", "lines": sale((2, 1))["lines"]}
        back = own.post(f"{path}/returns", one)
        assert (back["total"], back["invoice_number"]) == (-1.65, f"R3-{YEAR}/000001")
        count = {"cash": 124, "bizum": 1.04, "location_id": 3, "notes": "Faltan 27 céntimos"}
        closed = own.post("/pos/session/close", count)
        assert (closed["is_open"], closed["tickets"], closed["returns"]) == (False, 3, 1)
        assert closed["methods"] == [
            {"payment_method": "cash", "expected": 123.73, "counted": 124.0, "difference": 0.27},
            {"payment_method": "card", "expected": 1.04, "counted": 1.04, "difference": 0.0},
            {"payment_method": "bizum", "expected": 1.04, "counted": 1.04, "difference": 0.0},
        ]
        again = own.post("/pos/session/close", count)
        assert (again.status, again.code) == (409, "till_closed")
        assert own.get("/pos/session", location_id=3).body == closed.body

    def test_from_a_standing_order_to_the_delivery_note(self, own):
        body = {"discount_percent": 20, "minimum_order": 20, "delivery_from": "06:00",
                "delivery_to": "07:30", "payment_terms_days": 30}  # fmt: skip
        assert own.put("/customers/1", body)["discount_percent"] == 20.0
        weekday = TOMORROW.isoweekday()
        lines = standing((weekday, 1, 40), (weekday % 7 + 1, 2, 5))
        assert len(own.put("/customers/1/standing-order", lines)["standing_order"]) == 2
        (made,) = own.post("/standing-orders/runs", {})["created"]
        assert (made["due_on"], made["is_standing"]) == (TOMORROW.isoformat(), True)
        assert (made["total"], made["delivery_to"]) == (33.2, "07:30")  # 40 of 1.04 less 20 %
        path = f"/orders/{made['id']}"
        assert own.get(f"{path}/delivery-note").status == 404
        for status in ("confirmed", "ready"):
            assert own.put(path, {"status": status})["status"] == status
        short = [{"product_id": 1, "quantity": 30}]
        done = own.put(path, {"status": "delivered", "delivered_lines": short})
        assert (done["total"], done["note_number"]) == (24.9, f"A-{YEAR}/000001")
        note = own.get(f"{path}/delivery-note")
        assert [(line["ordered"], line["quantity"]) for line in note["lines"]] == [(40.0, 30.0)]
        assert note["vat"] == [{"vat_percent": 4.0, "base": 23.94, "tax": 0.96, "amount": 24.9}]
        assert own.get("/delivery-notes").column("total") == [24.9]
        assert left(own, 1, 1) == 50  # ten of those that were baked stay in the workshop
        (sold,) = own.get("/sales/daily", channel="trade", **{"from": TOMORROW, "to": TOMORROW})[
            "items"
        ]
        assert (sold["amount"], sold["pieces"]) == (24.9, 30.0)


class TestTheTill:
    def test_a_till_is_opened_once(self, own):
        answer = own.post("/pos/session/open", {"opening_cash": 100})
        assert (answer.status, answer.code) == (409, "till_open")
        opened = own.at_once(
            *[lambda api: api.post("/pos/session/open", {"opening_cash": 1, "location_id": 3})] * 4
        )
        assert sorted(answer.status for answer in opened) == [201, 409, 409, 409]

    def test_a_sale_is_in_the_count_or_in_the_next_till(self, own):
        answers = own.at_once(
            *[lambda api: api.post("/pos/sales", sale((1, 1)))] * 3,
            lambda api: api.post("/pos/session/close", {"cash": 0}),
        )
        assert [answer.status for answer in answers] == [201, 201, 201, 200]
        closed = answers[-1]
        counted = [a for a in answers[:3] if a["till_session_id"] == closed["id"]]
        # The dataset's own tickets took 10.76 in cash.
        assert closed["expected_cash"] == pytest.approx(110.76 + 1.04 * len(counted))

    def test_a_counted_ticket_is_returned_and_not_corrected(self, own):
        ticket = own.post("/pos/sales", sale((1, 2)))
        path = f"/pos/sales/{ticket['id']}"
        own.post("/pos/session/close", {"cash": 100})
        refused = own.put(path, {"payment_method": "card"})
        assert (refused.status, refused.code) == (409, "till_closed")
        assert own.put(path, ticket.body).status == 200  # as it was read: nothing to correct
        assert own.post(f"{path}/returns", {"reason": "unwanted"})["total"] == -2.08

    def test_cash_must_be_enough_and_be_cash(self, own):
        for body in (sale((1, 5), cash_received=5.19), sale((1, 1), cash_received=5)
                     | {"payment_method": "card"}):  # fmt: skip
            answer = own.post("/pos/sales", body)
            assert list(answer["errors"]["json"]) == ["cash_received"]
        ticket = own.post("/pos/sales", sale((1, 1), cash_received=2))
        paid = own.put(f"/pos/sales/{ticket['id']}", {"payment_method": "bizum"})
        assert (paid["cash_received"], paid["change"]) == (None, None)


class TestReturns:
    def test_what_is_unwanted_is_sold_again_and_what_is_stale_is_thrown_away(self, own):
        path = f"/pos/sales/{own.post('/pos/sales', sale((1, 4)))['id']}/returns"
        for reason, stock in (("unwanted", 37), ("stale", 37)):
            back = own.post(path, {"reason": reason, "lines": sale((1, 1))["lines"]})
            assert left(own, 1, 2) == stock
        kinds = [kind for kind, _, _ in movements(own, reference=f"Ticket {back['ticket_number']}")]
        assert kinds == ["sale", "waste"]

    def test_no_more_comes_back_than_was_sold(self, own):
        ticket = own.post("/pos/sales", sale((1, 3), (2, 1)))
        path = f"/pos/sales/{ticket['id']}"
        two = {"reason": "mistake", "lines": sale((1, 2))["lines"]}
        statuses = [
            a.status for a in own.at_once(*[lambda api: api.post(f"{path}/returns", two)] * 4)
        ]
        assert sorted(statuses) == [201, 422, 422, 422]
        rest = own.post(f"{path}/returns", {"reason": "mistake"})
        assert [(line["product_id"], line["quantity"]) for line in rest["lines"]] == [
            (1, -1.0),
            (2, -1.0),
        ]
        nothing = own.post(f"{path}/returns", {"reason": "mistake"})
        assert (nothing.status, nothing.code) == (409, "sale_returned")
        seen = own.get(path)
        assert [line["returned"] for line in seen["lines"]] == [3.0, 1.0]
        assert [back["total"] for back in seen["returns"]] == [-2.08, -2.69]
        for answer in (
            own.put(path, {"lines": sale((1, 1))["lines"]}),
            own.put(f"/pos/sales/{rest['id']}", {"payment_method": "card"}),
            own.put(f"/pos/sales/{rest['id']}", {"lines": sale((1, 1))["lines"]}),
            own.post(f"/pos/sales/{rest['id']}/returns", {"reason": "mistake"}),
        ):
            assert answer.status == 409, answer.body

    def test_a_return_takes_off_the_days_sales_and_is_no_ticket(self, own):
        before = own.get("/sales/daily")["items"][-1]
        ticket = own.post("/pos/sales", sale((1, 3)))
        own.post(f"/pos/sales/{ticket['id']}/returns", {"reason": "unwanted"})
        after = own.get("/sales/daily")["items"][-1]
        assert after["amount"] == before["amount"]
        assert (after["tickets"], after["pieces"]) == (before["tickets"] + 1, before["pieces"])


class TestNumbers:
    def test_a_series_has_no_gaps_whoever_sells_and_whatever_fails(self, own):
        calls = [lambda api: api.post("/pos/sales", sale((3, 1)))] * 8
        answers = own.at_once(*calls)  # there are five of them
        sold = sorted(a["invoice_number"] for a in answers if a.status == 201)
        assert sold == [f"S2-{YEAR}/{number:06d}" for number in range(1, 6)]
        following = own.post("/pos/sales", sale((1, 1)))
        assert following["invoice_number"] == f"S2-{YEAR}/000006"
        elsewhere = own.post("/pos/sales", sale((1, 1), location_id=1))
        assert elsewhere["invoice_number"] == f"S1-{YEAR}/000001"
        assert own.get("/pos/sales", q=f"S2-{YEAR}/000006")["total"] == 1


class TestStandingOrders:
    def everyone(self, own):
        weekday = TOMORROW.isoweekday()
        for customer in (1, 2):
            own.put(f"/customers/{customer}/standing-order", standing((weekday, 1, 10)))

    def test_two_runs_at_once_make_each_order_once(self, own):
        self.everyone(own)
        answers = own.at_once(*[lambda api: api.post("/standing-orders/runs", {})] * 4)
        assert sorted(len(answer["created"]) for answer in answers) == [0, 0, 0, 2]
        assert len([order for order in orders_of(own) if order["is_standing"]]) == 2
        again = own.post("/standing-orders/runs", {})
        assert [skip["reason"] for skip in again["skipped"]] == [
            "Su pedido fijo de ese día ya está hecho."
        ] * 2

    def test_what_cannot_be_ordered_is_said_and_stops_no_one_else(self, own):
        self.everyone(own)
        own.put("/customers/1", {"minimum_order": 50})
        answer = own.post("/standing-orders/runs", {})
        assert [order["customer_id"] for order in answer["created"]] == [2]
        assert answer["skipped"][0]["reason"] == "El pedido mínimo de este cliente es de 50,00 €."
        with own.session() as session:
            session.execute(text("UPDATE products SET is_active = false"))
        day = {"day": (TOMORROW + timedelta(days=7)).isoformat()}
        assert own.post("/standing-orders/runs", day)["created"] == []

    def test_the_scheduled_run_leaves_demos_out(self, own, central, app):
        for api in (own, central):
            self.everyone(api)
        report = run_daily(app.extensions["owner"], DEMO)
        assert (report["tenants"], report["failed"]) == (1, 0)
        assert report["done"] >= 2
        made = [[order["is_standing"] for order in orders_of(api)] for api in (own, central)]
        assert (sum(made[0]), sum(made[1])) == (2, 0)
        run_daily(app.extensions["owner"], DEMO)
        assert sum(order["is_standing"] for order in orders_of(own)) == 2


class TestConditions:
    def test_an_order_keeps_to_its_customers_conditions(self, own):
        own.put("/customers/1", {"minimum_order": 10, "discount_percent": 50})
        body = {"customer_id": 1, "due_on": today().isoformat(), "lines": sale((1, 19))["lines"]}
        few = own.post("/orders", body)
        assert list(few["errors"]["json"]) == ["lines"]
        assert own.post("/orders", body | {"lines": sale((1, 20))["lines"]})["total"] == 10.4
        assert own.put("/customers/1", {"discount_percent": None})["discount_percent"] is None
        assert own.post("/orders", body | {"lines": sale((1, 20))["lines"]})["total"] == 17.6

    def test_a_window_has_two_ends_and_changes_until_it_is_baked(self, own):
        path = ordered(own, (1, 5), delivery_from="07:00", delivery_to="08:00")
        assert own.put(path, {"delivery_to": "09:15"})["delivery_to"] == "09:15"
        for body, field in (({"delivery_from": None}, "delivery_from"),
                            ({"delivery_to": "06:59"}, "delivery_to")):  # fmt: skip
            assert list(own.put(path, body)["errors"]["json"]) == [field]
        for status in ("confirmed", "ready"):
            own.put(path, {"status": status})
        assert own.put(path, {"delivery_to": "10:00"}).code == "order_closed"

    @pytest.mark.parametrize(("product", "quantity"), [(1, 6), (2, 1)])
    def test_no_more_is_delivered_than_was_ordered(self, own, product, quantity):
        path = ordered(own, (1, 5))
        for status in ("confirmed", "ready"):
            own.put(path, {"status": status})
        asked = [{"product_id": product, "quantity": quantity}]
        answer = own.put(path, {"status": "delivered", "delivered_lines": asked})
        assert answer.status == 422
        assert own.get(path)["status"] == "ready"
        assert own.get("/delivery-notes")["total"] == 0

    def test_customers_have_addresses_of_their_own(self, own):
        body = {"name": "مقهى 🥖", "kind": "business", "email": "x@example.com"}
        added = own.post("/customers", body)
        assert (added.status, added["name"]) == (201, "مقهى 🥖")
        for answer in (
            own.post("/customers", body),
            own.put("/customers/1", {"email": body["email"]}),
        ):
            assert list(answer["errors"]["json"]) == ["email"]
        assert own.get(f"/customers/{added['id']}")["standing_order"] == []
        assert own.get("/customers/99").status == 404
        assert own.put("/customers/99", {"name": "x"}).status == 404


class TestComparing:
    def history(self, own, day, cents, channel="shop", location=2):
        with own.session() as session:
            session.execute(
                text("INSERT INTO sales_history VALUES (:day, :at, :channel, 4, '{1}', '{9}', :c)"),
                {"day": day, "at": location, "channel": channel, "c": [cents]},
            )

    def test_a_day_is_set_against_its_weekday_last_week_and_last_year(self, own):
        day = today() - timedelta(days=2)
        own_place = {"location_id": 2}
        for ago, cents in ((0, 15_000), (7, 10_000), (364, 20_000)):
            self.history(own, day - timedelta(days=ago), cents)
            self.history(own, day - timedelta(days=ago), 1_000, "trade", 1)
        period = {"from": day.isoformat(), "to": day.isoformat()}
        (found,) = own.get("/sales/comparison", **period, **own_place)["items"]
        assert found == {
            "day": day.isoformat(), "tickets": 4, "pieces": 9.0, "amount": 150.0,
            "is_partial": False, "last_week_day": (day - timedelta(days=7)).isoformat(),
            "last_week_amount": 100.0, "last_week_change": 50.0,
            "last_year_day": (day - timedelta(days=364)).isoformat(),
            "last_year_amount": 200.0, "last_year_change": -25.0,
        }  # fmt: skip
        (every,) = own.get("/sales/comparison", **period)["items"]
        assert (every["amount"], every["last_week_amount"]) == (160.0, 110.0)
        shops = own.get("/sales/locations", **period)
        assert [(row["location_id"], row["channel"], row["amount"]) for row in shops["items"]] == [
            (2, "shop", 150.0),
            (1, "trade", 10.0),
        ]
        assert (shops["items"][0]["share"], shops["items"][0]["last_year_change"]) == (93.75, -25.0)

    def test_today_is_set_against_last_week_up_to_this_hour(self, own):
        for minutes in (-1, 1):
            moment = now() - timedelta(days=7) + timedelta(minutes=minutes)
            with own.session() as session:
                session.execute(
                    text("INSERT INTO sales (till_session_id, location_id, sold_at, total,"
                         " payment_method, invoice_series, invoice_number)"
                         " VALUES (1, 2, :at, 30, 'cash', 'Z', :n)"),
                    {"at": moment, "n": minutes + 2},
                )  # fmt: skip
        found = own.get("/sales/comparison", location_id=2)["items"][-1]
        assert (found["is_partial"], found["last_week_amount"]) == (True, 30.0)
        assert found["last_week_change"] == -100.0
