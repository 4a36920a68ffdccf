"""Procurement runs and the purchase orders that they make."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.bakery.clock import today
from app.bakery.inventory.models import Ingredient
from app.bakery.procurement.models import PurchaseOrder
from app.bakery.suppliers.models import Supplier
from tests.integration.bakery.ledger import counts


class TestProcuring:
    def test_a_run_without_a_body_orders_what_suppliers_sell(self, central):
        answer = central.call("POST", "/procurement/runs")
        assert (answer.status, answer["orders"], answer["total"]) == (201, 1, 120.0)
        (purchase,) = answer["purchase_orders"]
        assert (purchase["status"], purchase["supplier_name"]) == ("draft", "Lácteos Muñoz")
        assert purchase["expected_on"] == (today() + timedelta(2)).isoformat()
        assert purchase["lines"] == [
            {
                "ingredient_id": 2,
                "ingredient_name": "Mantequilla",
                "unit": "kg",
                "packs": 2,
                "quantity": 20.0,
                "unit_price": 60.0,
                "amount": 120.0,
            }
        ]
        assert central.get(f"/procurement/runs/{answer['id']}").body == answer.body
        assert central.get("/procurement/runs").column("id") == [answer["id"]]

    def test_what_is_on_order_is_not_ordered_again(self, central):
        assert central.call("POST", "/procurement/runs")["orders"] == 1
        assert central.get("/procurement/suggestions", supplier_id=2).column("ingredient_id") == []
        again = central.call("POST", "/procurement/runs")
        assert (again["orders"], again["total"]) == (0, 0.0)

    def test_two_runs_at_once_buy_once(self, central):
        with central.statements() as seen:
            runs = central.at_once(*[lambda api: api.call("POST", "/procurement/runs")] * 3)
        assert sorted(run["orders"] for run in runs) == [0, 0, 1]
        assert sum("FROM business FOR UPDATE" in " ".join(each.split()) for each in seen) == 3

    def test_a_draft_comes_up_to_the_suppliers_minimum(self, central):
        with central.session() as session:
            session.execute(update(Supplier).where(Supplier.id == 2).values(minimum_order=200))
        (purchase,) = central.call("POST", "/procurement/runs")["purchase_orders"]
        assert purchase["below_minimum"] is False
        assert (purchase["total"], purchase["lines"][0]["packs"]) == (240.0, 4)

    def test_purchase_orders_go_to_each_supplier(self, central):
        with central.session() as session:
            session.execute(update(Ingredient).values(reorder_point=500))
        answer = central.post("/procurement/runs", {"notes": "Lunes"})
        assert answer["notes"] == "Lunes"
        assert [row["supplier_id"] for row in answer["purchase_orders"]] == [1, 2]
        flour, _ = answer["purchase_orders"]
        assert flour["lines"][0]["packs"] == 17  # 410 kg in sacks of 25
        assert flour["below_minimum"] is False

    def test_ingredients_can_be_chosen(self, central):
        for chosen in ([2, 1], [2, 4], [2, 99]):
            refused = central.post("/procurement/runs", {"ingredient_ids": chosen})
            assert refused.status == 422
            assert list(refused["errors"]["json"]) == ["ingredient_ids.1"]
        answer = central.post("/procurement/runs", {"ingredient_ids": [2]})
        assert answer["orders"] == 1

    def test_a_run_that_finds_nothing_is_a_run_without_orders(self, central):
        with central.session() as session:
            session.execute(update(Ingredient).values(is_active=False))
        answer = central.post("/procurement/runs", {})
        assert (answer.status, answer["purchase_orders"], answer["total"]) == (201, [], 0.0)
        with central.session() as session:
            assert session.scalar(select(func.count()).select_from(PurchaseOrder)) == 0

    @pytest.mark.parametrize(
        "body", [{"ingredient_ids": []}, {"ingredient_ids": [True]}, {"notes": "\x00"}, [1]]
    )
    def test_a_run_must_make_sense(self, central, body):
        before = counts(central)
        assert central.post("/procurement/runs", body).status == 422
        assert counts(central) == before
