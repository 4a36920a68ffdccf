"""Adjusting the stock of ingredients, lot by lot."""

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.bakery.inventory.models import Ingredient, StockLot
from tests.integration.bakery.ledger import counts


def adjustment(ingredient_id, quantity, **more):
    return {"ingredient_id": ingredient_id, "quantity": quantity, "reason": "Recuento"} | more


class TestAdjusting:
    def test_taking_uses_up_what_expires_first(self, individual):
        answer = individual.post("/inventory/adjustments", adjustment(1, -40))
        assert (answer.status, answer["quantity"]) == (201, 50.0)
        assert [(row["lot_id"], row["quantity"]) for row in answer["movements"]] == [
            (2, -30.0),
            (1, -10.0),
        ]
        assert answer["movements"][0]["reason"] == "Recuento"
        assert individual.get("/inventory/ingredients/1")["quantity"] == 50.0
        assert individual.get("/inventory/adjustments")["total"] == 2

    def test_adding_goes_to_the_newest_lot_even_beyond_what_was_received(self, individual):
        answer = individual.post("/inventory/adjustments", adjustment(1, 50.5))
        assert [row["lot_id"] for row in answer["movements"]] == [2]
        with individual.session() as session:
            lot = session.get(StockLot, 2)
            assert (lot.quantity, lot.quantity_received) == (Decimal("80.5"), Decimal("80.5"))

    def test_the_lot_can_be_named(self, individual):
        assert individual.post("/inventory/adjustments", adjustment(1, -5, lot_id=1)).status == 201
        assert individual.post("/inventory/adjustments", adjustment(1, 5, lot_id=3)).status == 201
        with individual.session() as session:
            rows = session.execute(select(StockLot.id, StockLot.quantity).order_by(StockLot.id))
            assert dict(rows.all()[:3]) == {1: 55, 2: 30, 3: 5}
        foreign = individual.post("/inventory/adjustments", adjustment(1, -5, lot_id=4))
        assert foreign.status == 422
        assert "lot_id" in foreign["errors"]["json"]

    def test_adding_to_what_has_no_lot_makes_one(self, individual):
        answer = individual.post("/inventory/adjustments", adjustment(4, "2.250"))
        assert (answer.status, answer["quantity"]) == (201, 2.25)
        (lot,) = individual.get("/inventory/stock", ingredient_id=4)["items"]
        assert lot["id"] == answer["movements"][0]["lot_id"]
        assert (lot["days_left"], lot["unit_cost"]) == (90, 9.0)

    def test_waste_is_noted_as_such_and_only_subtracts(self, individual):
        answer = individual.post("/inventory/adjustments", adjustment(2, -1, kind="waste"))
        assert answer["movements"][0]["kind"] == "waste"
        refused = individual.post("/inventory/adjustments", adjustment(2, 1, kind="waste"))
        assert list(refused["errors"]["json"]) == ["kind"]

    def test_more_than_there_is_is_refused_and_says_how_much_there_is(self, individual):
        before = counts(individual)
        for body in (adjustment(2, -8.001), adjustment(2, -9, lot_id=4)):
            answer = individual.post("/inventory/adjustments", body)
            assert (answer.status, answer.code) == (409, "insufficient_stock")
            assert "quedan 8 kg" in answer["detail"]
        assert counts(individual) == before

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"quantity": 0}, "quantity"),
            ({"quantity": -0.0}, "quantity"),
            ({"quantity": "NaN"}, "quantity"),
            ({"quantity": 1e300}, "quantity"),
            ({"quantity": True}, "quantity"),
            ({"quantity": 0.0001}, "quantity"),
            ({"reason": ""}, "reason"),
            ({"reason": "  "}, "reason"),
            ({"reason": "a\x00b"}, "reason"),
            ({"reason": "\ud800"}, "reason"),
            ({"reason": "a" * 501}, "reason"),
            ({"reason": 7}, "reason"),
            ({"kind": "sale"}, "kind"),
            ({"ingredient_id": 77}, "ingredient_id"),
            ({"ingredient_id": "1"}, "ingredient_id"),
            ({"lot_id": 2**64}, "lot_id"),
        ],
    )
    def test_an_adjustment_must_make_sense(self, individual, change, field):
        answer = individual.post("/inventory/adjustments", adjustment(1, 1) | change)
        assert answer.status == 422
        assert list(answer["errors"]["json"]) == [field]

    def test_what_is_counted_by_pieces_is_adjusted_by_whole_ones(self, individual):
        with individual.session() as session:
            session.execute(update(Ingredient).where(Ingredient.id == 1).values(unit="unit"))
        answer = individual.post("/inventory/adjustments", adjustment(1, 0.5))
        assert answer.status == 422
        assert list(answer["errors"]["json"]) == ["quantity"]
        assert "por piezas" in answer["detail"]
        assert individual.post("/inventory/adjustments", adjustment(1, 2)).status == 201
        assert individual.post("/inventory/adjustments", adjustment(2, 0.5)).status == 201

    def test_more_than_a_column_can_hold_is_refused(self, individual):
        with individual.session() as session:
            session.execute(update(StockLot).values(quantity_received=999_999_999))
            session.execute(update(StockLot).values(quantity=999_999_999))
        answer = individual.post("/inventory/adjustments", adjustment(2, 100_000))
        assert answer.status == 422

    def test_concurrent_adjustments_never_go_below_zero(self, individual):
        answers = individual.at_once(
            *[lambda api: api.post("/inventory/adjustments", adjustment(2, -3))] * 4
        )
        assert sorted(answer.status for answer in answers) == [201, 201, 409, 409]
        assert individual.get("/inventory/ingredients/2")["quantity"] == 2.0

    def test_concurrent_additions_without_a_lot_make_one_lot(self, individual):
        individual.at_once(*[lambda api: api.post("/inventory/adjustments", adjustment(4, 1))] * 4)
        assert individual.get("/inventory/stock", ingredient_id=4).column("quantity") == [4.0]
