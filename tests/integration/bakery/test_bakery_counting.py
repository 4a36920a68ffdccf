"""Counting, moving, throwing away and valuing stock, in an account that is not a demo."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.bakery.clock import today
from app.bakery.inventory.models import StockLot, StockMovement
from tests.integration.bakery.ledger import left, movements

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def count(*lines, **more):
    return {"lines": [{"ingredient_id": key, "quantity": n} for key, n in lines]} | more


def transfer(*lines, **more):
    return {"from_location_id": 1, "to_location_id": 2, "lines": list(lines)} | more


def lots(api):
    with api.session() as session:
        rows = session.execute(
            select(StockLot.lot_code, StockLot.location_id, StockLot.quantity)
            .where(StockLot.quantity > 0)
            .order_by(StockLot.lot_code, StockLot.location_id)
        )
        return {(code, place): float(quantity) for code, place, quantity in rows}


def test_lots_are_found_by_the_day_they_expire(individual):
    day = today()
    soon = individual.get("/inventory/stock", expires_before=day + timedelta(20))
    assert [(row["id"], row["days_left"]) for row in soon["items"]] == [(2, 5)]
    later = individual.get("/inventory/stock", expires_before=day + timedelta(21))
    assert later.column("id") == [2, 4]
    gone = individual.get("/inventory/stock", expires_before=day, include_empty="true")
    assert gone.column("id") == [3]
    assert individual.get("/inventory/stock", expires_before="9999-12-31").status == 422


class TestCounting:
    def test_differences_become_movements_with_their_reason(self, individual):
        body = count((1, 85), (2, 8), (3, 26.5), notes="Lunes")
        body["lines"][0]["reason"] = "Saco roto"
        answer = individual.post("/inventory/counts", body)
        assert answer.status == 201
        found = {row["ingredient_id"]: row for row in answer["lines"]}
        assert [found[key]["difference"] for key in (1, 2, 3)] == [-5.0, 0.0, 1.5]
        assert (found[1]["expected"], found[1]["counted"]) == (90.0, 85.0)
        assert (answer["lines_counted"], answer["differences"]) == (3, 2)
        assert answer["difference_value"] == -3.5
        moved = individual.get("/inventory/movements", q="Recuento", sort="quantity")
        assert moved.column("quantity") == [-5.0, 1.5]
        assert moved.column("lot_id") == [2, 5]
        assert moved["items"][0]["reason"] == "Saco roto"
        assert moved["items"][1]["reason"] == "Diferencia en el recuento de inventario"
        assert individual.get(f"/inventory/counts/{answer['id']}").body == answer.body
        assert individual.get("/inventory/counts").column("id") == [answer["id"]]
        assert individual.get("/inventory/ingredients/1")["quantity"] == 85.0

    def test_what_was_not_known_of_gets_a_lot(self, individual):
        answer = individual.post("/inventory/counts", count((4, 2)))
        assert answer["lines"][0]["difference_value"] == 18.0
        (lot,) = individual.get("/inventory/stock", ingredient_id=4)["items"]
        assert (lot["quantity"], lot["unit_cost"]) == (2.0, 9.0)

    def test_all_that_is_wrong_is_named_at_once_and_nothing_is_written(self, individual):
        body = count((99, 1), (1, 1), (1, 2), (2, 1))
        body["lines"][3]["unit"] = "l"
        answer = individual.post("/inventory/counts", body)
        assert answer.status == 422
        assert set(answer["errors"]["json"]) == {
            "lines.0.ingredient_id", "lines.2.ingredient_id", "lines.3.unit",
        }  # fmt: skip
        assert answer["errors"]["json"]["lines.3.unit"] == ["Mantequilla se mide en kg, no en l."]
        assert individual.get("/inventory/counts")["total"] == 0
        assert movements(individual, kind="adjustment") == []

    def test_two_counts_at_once_agree_with_the_ledger(self, individual):
        calls = [lambda api, n=n: api.post("/inventory/counts", count((1, n))) for n in (80, 70)]
        assert {answer.status for answer in individual.at_once(*calls)} == {201}
        with individual.session() as session:
            moved = session.scalar(
                select(func.sum(StockMovement.quantity)).where(StockMovement.kind == "adjustment")
            )
        assert individual.get("/inventory/ingredients/1")["quantity"] == 90 + float(moved)


class TestTransfers:
    def test_a_lot_keeps_its_code_and_expiry_where_it_goes(self, central):
        answer = central.post(
            "/inventory/transfers",
            transfer({"ingredient_id": 1, "quantity": 40}, {"product_id": 1, "quantity": 7}),
        )
        assert answer.status == 201
        assert lots(central) == {
            ("L1", 1): 50, ("L1", 2): 10, ("L2", 2): 30, ("L4", 1): 8, ("L5", 1): 25,
        }  # fmt: skip
        assert [(row["location_id"], row["quantity"]) for row in answer["movements"]] == [
            (1, -30.0), (2, 30.0), (1, -10.0), (2, 10.0), (1, -7.0), (2, 7.0),
        ]  # fmt: skip
        assert {row["reference"] for row in answer["movements"]} == {answer["reference"]}
        there = central.get("/inventory/stock", location_id=2)["items"]
        here = central.get("/inventory/stock", location_id=1, ingredient_id=1)["items"]
        assert there[1]["expires_on"] == here[0]["expires_on"]
        assert (left(central, 1, 1), left(central, 1, 2)) == (33, 47)
        back = transfer({"ingredient_id": 1, "quantity": 40}, from_location_id=2, to_location_id=1)
        assert central.post("/inventory/transfers", back).status == 201
        assert lots(central)["L1", 1] == 60

    def test_the_value_goes_along_and_the_total_stays(self, central):
        before = central.get("/inventory/valuation")
        assert (before["total"], before["locations"][1]["value"]) == (123.0, 0.0)
        line = {"ingredient_id": 1, "quantity": 40}
        central.post("/inventory/transfers", transfer(line))
        after = central.get("/inventory/valuation")
        assert [row["value"] for row in after["locations"]] == [83.0, 40.0, 0.0]
        assert after["total"] == before["total"] == central.get("/inventory/summary")["total_value"]

    def test_too_little_at_the_first_location_moves_nothing(self, central):
        before = lots(central)
        enough = {"ingredient_id": 1, "quantity": 5}
        for line in ({"ingredient_id": 2, "quantity": 8.001}, {"product_id": 1, "quantity": 41}):
            answer = central.post("/inventory/transfers", transfer(enough, line))
            assert (answer.status, answer.code) == (409, "insufficient_stock")
        away = transfer(enough, from_location_id=3)
        assert central.post("/inventory/transfers", away).status == 409
        assert lots(central) == before
        assert movements(central, kind="transfer") == []

    @pytest.mark.parametrize(
        ("lines", "field"),
        [
            ([{"quantity": 1}], "lines.0"),
            ([{"ingredient_id": 1, "product_id": 1, "quantity": 1}], "lines.0"),
            ([{"product_id": 1, "lot_id": 1, "quantity": 1}], "lines.0"),
            ([{"product_id": 1, "quantity": 1.5}], "lines.0.quantity"),
            ([{"product_id": 77, "quantity": 1}], "lines.0.product_id"),
            ([{"ingredient_id": 1, "lot_id": 4, "quantity": 1}], "lines.0.lot_id"),
            ([{"ingredient_id": 1, "quantity": 1}] * 2, "lines.1"),
        ],
    )
    def test_a_transfer_must_make_sense(self, central, lines, field):
        answer = central.post("/inventory/transfers", transfer(*lines))
        assert answer.status == 422
        assert list(answer["errors"]["json"]) == [field]

    def test_opposite_transfers_at_once_wait_for_each_other(self, central):
        there = transfer({"product_id": 1, "quantity": 1}, {"ingredient_id": 1, "quantity": 1})
        central.post("/inventory/transfers", there)
        back = there | {"from_location_id": 2, "to_location_id": 1}
        calls = [lambda api, body=body: api.post("/inventory/transfers", body)
                 for body in (there, back, there, back)]  # fmt: skip
        assert {answer.status for answer in central.at_once(*calls)} <= {201, 409}
        assert left(central, 1, 1) + left(central, 1, 2) == 80


class TestWaste:
    def test_what_is_thrown_away_is_listed_by_reason_and_cost(self, individual):
        for key, quantity, reason in ((2, 1, "Moho"), (2, 0.5, "Moho"), (1, 3, "Humedad")):
            body = {"ingredient_id": key, "quantity": quantity, "reason": reason}
            assert individual.post("/inventory/waste", body).status == 201
        bread = {"product_id": 1, "quantity": 6, "reason": "Sobrante del día"}
        assert individual.post("/inventory/waste", bread).status == 201
        assert left(individual, 1) == 34
        rows = individual.get("/inventory/waste")["items"]
        names = ("item_name", "reason", "quantity", "value")
        assert [tuple(row[name] for name in names) for row in rows] == [
            ("Harina de trigo", "Humedad", 3.0, 3.0),
            ("Mantequilla", "Moho", 1.5, 1.5),
            ("Barra de pan", "Sobrante del día", 6.0, None),
        ]  # fmt: skip

    def test_more_than_there_is_cannot_be_thrown_away(self, individual):
        for item in ({"ingredient_id": 2, "quantity": 9}, {"product_id": 1, "quantity": 41}):
            answer = individual.post("/inventory/waste", item | {"reason": "x"})
            assert (answer.status, answer.code) == (409, "insufficient_stock")
        foreign = {"ingredient_id": 1, "lot_id": 4, "quantity": 1, "reason": "x"}
        assert list(individual.post("/inventory/waste", foreign)["errors"]["json"]) == ["lot_id"]
