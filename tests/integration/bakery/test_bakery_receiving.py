"""Purchase orders from the draft to the lots, in an account that is not a demo."""

from datetime import timedelta

import pytest

from app.bakery.clock import today
from tests.integration.bakery.ledger import movements

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

DAY = today()
LINES = [{"ingredient_id": 1, "packs": 4}, {"ingredient_id": 2, "packs": 2}]
BOTH = {"supplier_id": 1, "lines": LINES}


def step(api, order, name, **said):
    return api.post(f"/procurement/orders/{order['id']}/{name}", said)


def sent(api):
    order = api.post("/procurement/orders", BOTH)
    assert (order.status, order["status"], order["total"]) == (201, "draft", 150.0)
    answer = step(api, order, "send")
    assert (answer.status, answer["status"]) == (200, "sent")
    assert answer["expected_on"] == (DAY + timedelta(1)).isoformat()
    return answer


class TestReceiving:
    def test_all_of_it_comes_as_it_was_ordered(self, central):
        order = sent(central)
        done = step(central, order, "receive", reference="Albarán 77")
        assert (done["status"], done["closed_on"]) == ("received", DAY.isoformat())
        assert [(row["ingredient_id"], row["quantity_received"], row["unit_cost"])
                for row in done["lots"]] == [(1, 100.0, 0.8), (2, 10.0, 7.0)]  # fmt: skip
        assert done["lots"][0]["expires_on"] == (DAY + timedelta(90)).isoformat()
        assert done["received_total"] == 150.0
        assert movements(central, reference="Albarán 77") == [
            ("purchase", 1, 100), ("purchase", 2, 10),
        ]  # fmt: skip
        assert central.get("/inventory/ingredients/1")["quantity"] == 190.0

    def test_parts_come_at_their_real_price_and_expiry(self, central):
        order = sent(central)
        expiry = (DAY + timedelta(30)).isoformat()
        part = {"ingredient_id": 1, "quantity": 60, "pack_price": 22.5, "expires_on": expiry,
                "lot_code": "MOLINO-9"}  # fmt: skip
        first = step(central, order, "receive", lines=[part])
        assert (first["status"], first["closed_on"]) == ("partly_received", None)
        assert first["lots"][0]["unit_cost"] == 0.9
        assert [row["quantity_received"] for row in first["lines"]] == [60.0, 0.0]
        (lot,) = central.get("/inventory/stock", q="MOLINO-9")["items"]
        assert (lot["quantity"], lot["expires_on"]) == (60.0, expiry)
        suggested = central.get("/procurement/suggestions", q="mantequilla")
        assert suggested["total"] == 0  # ten kilos are still to come
        last = step(central, order, "receive")
        assert (last["status"], len(last["lots"])) == ("received", 3)
        assert [row["quantity_received"] for row in last["lines"]] == [100.0, 10.0]

    def test_what_will_not_come_closes_the_order_and_is_wanted_again(self, central):
        order = sent(central)
        line = {"ingredient_id": 1, "quantity": 100}
        done = step(central, order, "receive", lines=[line], close=True)
        assert done["status"] == "received"
        assert central.get("/procurement/suggestions", q="mantequilla").column("on_order") == [0.0]

    def test_what_cannot_have_come_is_named_line_by_line(self, central):
        order = sent(central)
        lines = [
            {"ingredient_id": 3, "quantity": 1},
            {"ingredient_id": 1, "quantity": 100.5, "unit": "l"},
            {"ingredient_id": 2, "quantity": 1, "expires_on": (DAY - timedelta(1)).isoformat()},
            {"ingredient_id": 2, "quantity": 1, "expires_on": "2199-01-01", "lot_code": "L4"},
            {"ingredient_id": 2, "quantity": 9},
        ]
        answer = step(central, order, "receive", lines=lines)
        assert set(answer["errors"]["json"]) == {
            "lines.0.ingredient_id", "lines.1.quantity", "lines.1.unit", "lines.2.expires_on",
            "lines.3.expires_on", "lines.3.lot_code", "lines.4.quantity",
        }  # fmt: skip
        assert movements(central, kind="purchase") == [("purchase", 1, 60)]
        assert central.get(f"/procurement/orders/{order['id']}")["status"] == "sent"

    def test_a_delivery_is_received_once(self, central):
        order = sent(central)
        answers = central.at_once(*[lambda api: step(api, order, "receive")] * 3)
        assert sorted(answer.status for answer in answers) == [200, 409, 409]
        assert central.get("/inventory/ingredients/1")["quantity"] == 190.0


class TestOrders:
    def test_an_order_goes_one_way(self, central):
        draft = central.post("/procurement/orders", BOTH)
        refused = step(central, draft, "receive")
        assert (refused.status, refused["detail"]) == (
            409, "Un pedido en borrador no se puede recibir.",
        )  # fmt: skip
        gone = step(central, draft, "cancel")
        assert (gone["status"], gone["closed_on"]) == ("cancelled", DAY.isoformat())
        assert step(central, draft, "send").status == 409
        assert central.post("/procurement/orders/777/send", {}).status == 404

    def test_what_was_given_up_is_suggested_again(self, central):
        order = sent(central)
        assert central.get("/procurement/suggestions", q="mantequilla")["total"] == 0
        step(central, order, "cancel")
        assert central.get("/procurement/suggestions", q="mantequilla")["total"] == 1

    def test_orders_are_listed_by_state_and_supplier(self, central):
        order = sent(central)
        central.call("POST", "/procurement/runs")
        assert central.get("/procurement/orders")["total"] == 1  # what is on order is not run again
        assert central.get("/procurement/orders", status="sent").column("id") == [order["id"]]
        assert central.get("/procurement/orders", overdue="true")["total"] == 0
        assert central.get("/procurement/orders", supplier_id=2)["total"] == 0

    def test_a_supplier_is_asked_for_what_it_sells(self, central):
        lines = [{"ingredient_id": 3, "packs": 1}] + [{"ingredient_id": 1, "packs": 1}] * 2
        answer = central.post("/procurement/orders", {"supplier_id": 1, "lines": lines})
        assert set(answer["errors"]["json"]) == {
            "lines.0.ingredient_id", "lines.2.ingredient_id",
        }  # fmt: skip
