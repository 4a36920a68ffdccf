"""Production in an account that is not a demo: plan, start, finish, and where it all came from."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.bakery.clock import today
from app.bakery.inventory.models import StockLot
from tests.integration.bakery.ledger import left, movements

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

DAY = today()


def planned(api, pieces=100, **more):
    answer = api.post("/production/batches", {"recipe_id": 1, "quantity_planned": pieces} | more)
    assert answer.status == 201, answer.body
    return answer


def step(api, batch, name, **said):
    return api.post(f"/production/batches/{batch['id']}/{name}", said)


class TestBatches:
    def test_a_batch_takes_what_expires_first_and_fills_the_shelf(self, individual):
        batch = planned(individual, 300, notes="Para el mercado")
        assert (batch["status"], batch["recipe_version"]) == ("planned", 1)
        begun = step(individual, batch, "start")
        assert (begun.status, begun["status"]) == (200, "in_progress")
        assert (len(batch["needs"]), begun["needs"]) == (2, [])
        assert movements(individual, reference=batch["batch_code"]) == [
            ("production", 1, -30), ("production", 1, -15), ("production", 2, -6),
        ]  # fmt: skip
        done = step(
            individual, batch, "finish",
            quantity_produced=290, quantity_lost=8, loss_reason="Quemadas",
        )  # fmt: skip
        assert (done["status"], done["quantity_produced"], done["quantity_lost"]) == (
            "completed", 290.0, 8.0,
        )  # fmt: skip
        assert (done["loss_reason"], done["unit_cost"]) == ("Quemadas", 0.1759)
        assert left(individual, 1) == 330

    def test_batches_and_lots_lead_to_each_other(self, individual):
        batch = planned(individual, 300)
        step(individual, batch, "start")
        step(individual, batch, "finish", quantity_produced=300)
        trace = individual.get(f"/production/batches/{batch['id']}/trace")
        assert [(row["lot_code"], row["quantity"]) for row in trace["lots"]] == [
            ("L2", 30.0), ("L1", 15.0), ("L4", 6.0),
        ]  # fmt: skip
        assert trace["lots"][0]["supplier_name"] == "Harinas Ávila"
        assert [(row["product_name"], row["quantity"]) for row in trace["pieces"]] == [
            ("Barra de pan", 300.0)
        ]
        back = individual.get("/production/lots/2/trace")
        assert (back["lot"]["lot_code"], back["lot"]["quantity_left"]) == ("L2", 0.0)
        assert [(row["batch_code"], row["quantity"]) for row in back["batches"]] == [
            (batch["batch_code"], 30.0)
        ]
        assert individual.get("/production/lots/77/trace").status == 404
        assert individual.get("/production/lots/5/trace")["batches"] == []

    def test_a_batch_keeps_the_version_that_it_was_made_with(self, individual):
        batch, later = planned(individual), planned(individual)
        step(individual, batch, "start")
        recipe = individual.get("/recipes/1").body
        change = recipe | {
            "yield_quantity": 50,
            "ingredients": [{"ingredient_id": 1, "quantity": 10}],
        }
        assert individual.put("/recipes/1", change)["version"] == 2
        step(individual, later, "start")
        versions = [individual.get(f"/production/batches/{b['id']}")["recipe_version"]
                    for b in (batch, later)]  # fmt: skip
        assert versions == [1, 2]
        took = movements(individual, reference=later["batch_code"])
        assert [(item, quantity) for _, item, quantity in took] == [(1, -15), (1, -5)]

    def test_without_enough_ingredients_nothing_is_begun(self, individual):
        batch = planned(individual, 500)
        answer = step(individual, batch, "start")
        assert (answer.status, answer.code) == (409, "insufficient_stock")
        assert "de «Mantequilla» quedan 8 kg y hacen falta 10" in answer["detail"]
        assert movements(individual, kind="production") == []
        assert individual.get(f"/production/batches/{batch['id']}")["status"] == "planned"

    def test_what_has_expired_is_not_baked_with(self, individual):
        with individual.session() as session:
            session.execute(
                update(StockLot).where(StockLot.id == 2).values(expires_on=DAY - timedelta(1))
            )
        batch = planned(individual, 100)
        step(individual, batch, "start")
        trace = individual.get(f"/production/batches/{batch['id']}/trace")
        assert [row["lot_code"] for row in trace["lots"]] == ["L1", "L4"]

    def test_a_batch_goes_one_way(self, individual):
        batch = planned(individual)
        for name, said in (("finish", {"quantity_produced": 1, "loss_reason": "x"}),):
            refused = step(individual, batch, name, **said)
            assert (refused.status, refused.code) == (409, "invalid_transition")
            assert refused["detail"] == "Una hornada prevista no se puede terminar."
        assert step(individual, batch, "cancel", notes="Sin luz")["notes"] == "Sin luz"
        assert step(individual, batch, "start").status == 409
        assert individual.post("/production/batches/777/start", {}).status == 404

    def test_two_people_start_one_batch_once(self, individual):
        batch = planned(individual)
        answers = individual.at_once(*[lambda api: step(api, batch, "start")] * 3)
        assert sorted(answer.status for answer in answers) == [200, 409, 409]
        assert movements(individual, reference=batch["batch_code"])[0] == ("production", 1, -15)

    def test_losses_have_a_reason_and_outputs_a_bound(self, individual):
        batch = planned(individual)
        step(individual, batch, "start")
        for said, field in (
            ({"quantity_produced": 90}, "loss_reason"),
            ({"quantity_produced": 201}, "quantity_produced"),
            ({"quantity_produced": 100, "quantity_lost": 101, "loss_reason": "x"},
             "quantity_produced"),
        ):  # fmt: skip
            assert list(step(individual, batch, "finish", **said)["errors"]["json"]) == [field]
        nothing = step(individual, batch, "finish", quantity_produced=0, loss_reason="Sin gas")
        assert (nothing["quantity_lost"], nothing["unit_cost"]) == (100.0, None)
        assert left(individual, 1) == 40


class TestPlanning:
    def test_the_proposal_is_forecast_and_orders_less_what_there_is(self, individual):
        (row,) = individual.get("/production/proposal", date=DAY)["items"]
        assert (row["forecast"], row["ordered"]) == (50.0, 0.0)
        assert (row["on_shelf"], row["planned"], row["quantity"]) == (40.0, 1000.0, 0.0)
        assert row["product_name"] == "Barra de pan"
        (later,) = individual.get("/production/proposal")["items"]
        assert (later["forecast"], later["ordered"], later["quantity"]) == (0.0, 10.0, 10.0)

    def test_a_day_is_planned_once(self, individual):
        answer = individual.post("/production/plan", {})
        assert (answer.status, answer["quantity_planned"]) == (201, 10.0)
        again = individual.post("/production/plan", {"date": (DAY + timedelta(1)).isoformat()})
        assert again["quantity_planned"] == 10.0
        past = individual.post("/production/batches", {
            "recipe_id": 99, "baker_id": 99, "location_id": 99, "quantity_planned": 1,
            "planned_on": (DAY - timedelta(1)).isoformat(),
        })  # fmt: skip
        assert set(past["errors"]["json"]) == {
            "recipe_id", "baker_id", "location_id", "planned_on",
        }  # fmt: skip

    def test_two_people_plan_a_day_once(self, individual):
        with individual.statements() as seen:
            plans = individual.at_once(*[lambda api: api.post("/production/plan", {})] * 3)
        assert [plan["quantity_planned"] for plan in plans] == [10.0, 10.0, 10.0]
        assert sum("FROM business FOR UPDATE" in " ".join(each.split()) for each in seen) == 3
