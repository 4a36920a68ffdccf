"""Suppliers' terms and reliability, and the team, in an account that is not a demo."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.bakery.clock import today
from app.bakery.procurement.models import PurchaseOrder

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def delivered(api, packs, late=0, **receipt):
    lines = [{"ingredient_id": 1, "packs": packs}]
    order = api.post("/procurement/orders", {"supplier_id": 1, "lines": lines})["id"]
    api.post(f"/procurement/orders/{order}/send", {})
    assert api.post(f"/procurement/orders/{order}/receive", receipt).status == 200
    with api.session() as session:
        promised = today() - timedelta(late)
        session.execute(
            update(PurchaseOrder).where(PurchaseOrder.id == order).values(expected_on=promised)
        )


class TestSuppliers:
    def test_reliability_is_the_share_on_time_and_complete(self, central):
        assert central.get("/suppliers/1")["on_time_percent"] is None
        delivered(central, 1)
        delivered(central, 1)
        delivered(central, 1, late=2)
        delivered(central, 2, lines=[{"ingredient_id": 1, "quantity": 25}], close=True)
        found = central.get("/suppliers/1")
        assert (found["deliveries"], found["on_time_percent"], found["complete_percent"]) == (
            4, 75.0, 75.0,
        )  # fmt: skip
        assert central.get("/suppliers", sort="-on_time_percent").column("deliveries") == [4, 0]

    def test_terms_and_prices_are_those_that_purchases_go_by(self, central):
        changed = central.put("/suppliers/2", {"lead_time_days": 9, "minimum_order": 500})
        assert (changed["lead_time_days"], changed["minimum_order"]) == (9, 500.0)
        assert changed["contact_name"] == "Ana"
        priced = central.put(
            "/suppliers/1/prices", {"ingredient_id": 2, "pack_size": 5, "pack_price": 20}
        )
        assert [row["unit_price"] for row in priced["prices"]] == [0.8, 4.0]
        new = {"ingredient_id": 4, "pack_size": 1, "pack_price": 8}
        assert len(central.put("/suppliers/2/prices", new)["prices"]) == 2
        butter, spice = central.get("/procurement/suggestions")["items"]
        assert (butter["supplier_id"], butter["packs"]) == (1, 4)
        assert (spice["supplier_id"], spice["lead_time_days"]) == (2, 9)
        assert central.put("/suppliers/77", {}).status == 404


class TestTeam:
    def test_people_come_with_their_role_and_their_place(self, individual):
        answer = individual.post("/tenant/team", {
            "full_name": "Ñusta Ríos", "email": "nusta@example.com", "role": "cashier",
            "location_id": 1,
        })  # fmt: skip
        assert (answer.status, answer["role"], answer["is_active"]) == (201, "cashier", True)
        assert individual.get("/tenant/team", role="cashier").column("id") == [3, answer["id"]]
        gone = individual.put(f"/tenant/team/{answer['id']}", {"is_active": False})
        assert gone["is_active"] is False
        assert individual.get("/tenant/team", active="false").column("id") == [answer["id"]]
        assert individual.put("/tenant/team/777", {}).status == 404

    def test_roles_say_what_they_may_do_in_this_business(self, individual, central):
        roles = {row["role"]: row for row in individual.get("/tenant/roles")["roles"]}
        assert roles["owner"]["manages_team"]
        assert "recipes" in roles["owner"]["writes"]
        assert roles["cashier"]["writes"] == ["auth", "pos"]
        assert (roles["baker"]["members"], roles["baker"]["name"]) == (1, "Panadero")
        assert "production" in roles["baker"]["writes"]
        others = {row["role"]: row for row in central.get("/tenant/roles")["roles"]}
        assert others["cashier"]["writes"] == ["auth", "orders", "pos"]

    def test_someone_always_leads_the_team(self, individual):
        for change in ({"role": "baker"}, {"is_active": False}):
            answer = individual.put("/tenant/team/1", change)
            assert (answer.status, answer.code) == (409, "last_owner")
        individual.put("/tenant/team/2", {"role": "owner"})
        assert individual.put("/tenant/team/1", {"is_active": False}).status == 200
        answers = individual.at_once(
            lambda api: api.put("/tenant/team/1", {"is_active": True}),
            lambda api: api.put("/tenant/team/2", {"role": "baker"}),
        )
        assert {answer.status for answer in answers} <= {200, 409}
        owners = individual.get("/tenant/team", role="owner", active="true")
        assert owners["total"] >= 1
