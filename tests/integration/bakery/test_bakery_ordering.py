"""Orders from the first call to the delivery."""

from datetime import timedelta

import pytest

from app.bakery.clock import today
from app.bakery.labels import inside_sentence
from app.bakery.orders.models import OrderStatus
from tests.integration.bakery.ledger import UNKNOWN_ID, counts, left, movements, sale


def order(*lines, **more):
    asked = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
    return {"customer_id": 1, "due_on": today().isoformat(), "lines": asked} | more


class TestOrdering:
    def test_an_order_is_taken_at_the_trades_prices_of_today(self, central):
        answer = central.post("/orders", order((1, 100), (2, 10), notes="Sin prisa"))
        assert answer.status == 201
        assert (answer["total"], answer["status"], answer["pieces"]) == (102.0, "pending", 110.0)
        assert answer["next_statuses"] == ["confirmed", "cancelled"]
        assert central.get(f"/orders/{answer['id']}").body == answer.body

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"customer_id": 9}, "customer_id"),
            ({"customer_id": True}, "customer_id"),
            ({"due_on": "2020-01-01"}, "due_on"),
            ({"due_on": "tomorrow"}, "due_on"),
            ({"due_on": 20300101}, "due_on"),
            ({"due_on": "2030-13-01"}, "due_on"),
            ({"lines": []}, "lines"),
            ({"lines": [{"product_id": 4, "quantity": 1}]}, "lines.0.product_id"),
            ({"lines": [{"product_id": 1, "quantity": 10_001}]}, "lines.0.quantity"),
            ({"lines": [{"product_id": 1, "quantity": 0.001}]}, "lines.0.quantity"),
            ({"notes": "\x00"}, "notes"),
        ],
    )
    def test_an_order_must_make_sense(self, central, change, field):
        before = counts(central)
        answer = central.post("/orders", order((1, 1)) | change)
        assert answer.status == 422
        assert list(answer["errors"]["json"]) == [field]
        assert counts(central) == before

    def test_a_list_can_begin_with_what_is_to_be_done(self, central):
        def place(days, *statuses):
            due = (today() + timedelta(days)).isoformat()
            made = central.post("/orders", order((1, 1), due_on=due))["id"]
            for status in statuses:
                assert central.put(f"/orders/{made}", {"status": status}).status == 200
            return made

        later, cancelled, soon, last = (
            place(4), place(1, "cancelled"), place(2, "confirmed"), place(3, "cancelled"),
        )  # fmt: skip
        made = {later, cancelled, soon, last}
        found = [one["id"] for one in central.get("/orders", sort="to_do", per_page=100)["items"]]
        assert [one for one in found if one in made] == [soon, later, last, cancelled]

    def test_an_order_can_change_until_it_is_ready(self, central):
        path = f"/orders/{central.post('/orders', order((1, 5)))['id']}"
        day = (today() + timedelta(3)).isoformat()
        changed = central.put(
            path, {"lines": order((2, 2))["lines"], "due_on": day, "notes": "Llamar antes"}
        )
        assert (changed["total"], changed["due_on"]) == (2.8, day)
        assert changed["notes"] == "Llamar antes"
        assert central.put(path, {"due_on": "2020-01-01"}).status == 422
        for status in ("confirmed", "ready"):
            assert central.put(path, {"status": status}).status == 200
        for body in ({"due_on": today().isoformat()}, {"lines": order((2, 3))["lines"]}):
            refused = central.put(path, body)
            assert (refused.status, refused.code) == (409, "order_closed")
        assert central.put(path, {"notes": None})["notes"] is None

    def test_an_order_sent_back_as_it_was_read_is_unchanged(self, central):
        for seen in central.get("/orders")["items"]:
            before = central.get(f"/orders/{seen['id']}")
            after = central.put(f"/orders/{seen['id']}", before.body)
            assert after.status == 200, after.body
            assert after.body | {"updated_at": None} == before.body | {"updated_at": None}

    @pytest.mark.parametrize(
        ("path", "possible"),
        [
            ([], {"confirmed", "cancelled"}),
            (["confirmed"], {"ready", "cancelled"}),
            (["confirmed", "ready"], {"delivered", "cancelled"}),
            (["confirmed", "ready", "delivered"], set()),
            (["cancelled"], set()),
        ],
    )
    def test_an_order_moves_along_and_never_back(self, central, path, possible):
        every = {"pending", "confirmed", "ready", "delivered", "cancelled"}
        current = path[-1] if path else "pending"
        for status in every - {current}:
            address = f"/orders/{central.post('/orders', order((1, 1)))['id']}"
            for step in path:
                assert central.put(address, {"status": step}).status == 200
            answer = central.put(address, {"status": status})
            if status in possible:
                assert (answer.status, answer["status"]) == (200, status)
            else:
                assert (answer.status, answer.code) == (409, "invalid_transition")
                words = [inside_sentence(OrderStatus(name)) for name in possible]
                assert all(word in answer["detail"] for word in words)
                assert not [code for code in every if code in answer["detail"]]

    def deliver(self, central, body):
        path = f"/orders/{central.post('/orders', body)['id']}"
        for status in ("confirmed", "ready"):
            central.put(path, {"status": status})
        return central.put(path, {"status": "delivered"})

    def test_pieces_are_baked_into_the_workshop_and_delivered_from_there(self, central):
        answer = self.deliver(central, order((1, 30)))
        assert (answer.status, answer["status"]) == (200, "delivered")
        assert (left(central, 1, 1), left(central, 1, 2)) == (40, 40)
        reference = f"Pedido {answer['order_number']}"
        assert movements(central, reference=reference) == [
            ("production", 1, 30),
            ("sale", 1, -30),
        ]

    def test_delivery_to_a_satellite_fills_its_shelves(self, central):
        answer = self.deliver(central, order((1, 30), customer_id=2))
        assert (left(central, 1, 1), left(central, 1, 3)) == (40, 30)
        reference = f"Pedido {answer['order_number']}"
        assert movements(central, reference=reference) == [
            ("production", 1, 30),
            ("transfer", 1, -30),
            ("transfer", 1, 30),
        ]

    def test_what_was_sold_in_between_cannot_be_delivered(self, central):
        path = f"/orders/{central.post('/orders', order((1, 30)))['id']}"
        for status in ("confirmed", "ready"):
            central.put(path, {"status": status})
        assert left(central, 1, 1) == 70
        central.post("/pos/sales", sale((1, 41), location_id=1))
        answer = central.put(path, {"status": "delivered"})
        assert (answer.status, answer.code) == (409, "insufficient_stock")
        assert (left(central, 1, 1), central.get(path)["status"]) == (29, "ready")

    def test_what_was_baked_for_a_cancelled_order_stays_in_the_workshop(self, central):
        path = f"/orders/{central.post('/orders', order((1, 30)))['id']}"
        for status in ("confirmed", "ready", "cancelled"):
            assert central.put(path, {"status": status}).status == 200
        assert left(central, 1, 1) == 70

    def test_an_order_is_delivered_once(self, central):
        path = f"/orders/{central.post('/orders', order((1, 10)))['id']}"
        for status in ("confirmed", "ready"):
            central.put(path, {"status": status})
        answers = central.at_once(*[lambda api: api.put(path, {"status": "delivered"})] * 4)
        assert {answer.status for answer in answers} == {200}
        assert left(central, 1, 1) == 40

    @pytest.mark.parametrize("body", [{}, {"status": "eaten"}, {"lines": [{}]}, [], {"due_on": 1}])
    def test_a_change_must_make_sense(self, central, body):
        path = f"/orders/{central.post('/orders', order((1, 10)))['id']}"
        assert central.put(path, body).status == 422

    def test_an_unknown_order_is_not_found(self, central):
        assert central.put(f"/orders/{UNKNOWN_ID}", {"status": "ready"}).status == 404
