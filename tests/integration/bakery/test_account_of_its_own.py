"""An account that is no demo does all of it.

Its requests reach the app by `X-Tenant-Id`, past the policy that the gateway has for demos, which
`tests/integration/gateway/test_demo_restrictions.py` is about.
"""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from app.bakery.clock import today
from app.database.engines import engine_url
from jobs.maintenance.daily import run_daily
from tests.fixtures.demo import DEMO
from tests.integration.bakery.conftest import OWN, TENANTS
from tests.integration.bakery.ledger import left

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

DAY = today()


@pytest.fixture
def engine(app, tenants_url):
    """The owner's engine, with which jobs work."""
    engine = create_engine(engine_url(tenants_url))
    yield engine
    engine.dispose()


@pytest.fixture
def accounts(engine):
    """Makes tenants of the module accounts of their own, until the test ends."""

    def mark(*kinds, is_demo=False):
        ids = [TENANTS[kind] for kind in kinds or TENANTS]
        statement = text("UPDATE control.tenants SET is_demo = :demo WHERE id = ANY (:ids)")
        with engine.begin() as connection:
            connection.execute(statement, {"demo": is_demo, "ids": ids})

    yield mark
    mark(is_demo=True)


def drafts(api):
    return api.get("/procurement/orders", status="draft")["total"]


def test_the_scheduled_run_buys_for_accounts_and_leaves_demos_out(central, engine, accounts):
    assert run_daily(engine, DEMO) == {"tenants": 1, "done": 0, "failed": 0}
    assert drafts(central) == 0
    assert central.call("POST", "/procurement/runs")["orders"] == 1  # by hand it works in a demo
    (order,) = central.get("/procurement/orders")["items"]
    central.post(f"/procurement/orders/{order['id']}/cancel", {})
    accounts()
    assert run_daily(engine, DEMO) == {"tenants": 3, "done": 1, "failed": 0}
    assert drafts(central) == 1
    assert central.get("/procurement/runs").column("notes")[0] == "Ronda programada"
    assert run_daily(engine, DEMO) == {"tenants": 3, "done": 0, "failed": 0}
    assert central.get("/procurement/runs")["total"] == 2


def test_one_account_that_fails_stops_no_other(own, central, engine, accounts):
    accounts()
    schema = f"demo_{OWN.hex}"
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {schema}.suppliers RENAME TO elsewhere"))
    try:
        assert run_daily(engine, DEMO) == {"tenants": 3, "done": 1, "failed": 1}
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {schema}.elsewhere RENAME TO suppliers"))
    assert drafts(central) == 1


def test_a_bakery_of_its_own_bakes_its_day(individual, accounts):
    accounts("individual_bakery")
    written = individual.get("/recipes/1").body | {
        "ingredients": [{"ingredient_id": 1, "quantity": 10}], "reason": "Sin mantequilla",
    }  # fmt: skip
    assert individual.put("/recipes/1", written)["version"] == 2
    plan = individual.post("/production/plan", {"date": (DAY + timedelta(1)).isoformat()})
    (batch,) = plan["recipes"][0]["batches"]
    path = f"/production/batches/{batch['id']}"
    assert individual.post(f"{path}/start", {})["recipe_version"] == 2
    done = individual.post(f"{path}/finish", {"quantity_produced": 9, "loss_reason": "Se cayó una"})
    assert (done["quantity_lost"], left(individual, 1)) == (1.0, 49)
    assert len(individual.get(f"{path}/trace")["lots"]) == 1
    thrown = {"product_id": 1, "quantity": 9, "reason": "Sobrante"}
    assert individual.post("/inventory/waste", thrown).status == 201
    count = {"lines": [{"ingredient_id": 1, "quantity": 88}]}
    assert individual.post("/inventory/counts", count)["difference_value"] == -1.0
    assert individual.get("/inventory/valuation")["total"] == 121.0
    trained = individual.post("/forecasting/models", {})
    assert (trained["models"], "Barra de pan" in trained["skipped"]) == (0, True)


def test_a_central_baker_of_its_own_buys_and_moves(central, accounts):
    accounts("central_baker")
    order = central.call("POST", "/procurement/runs")["purchase_orders"][0]
    path = f"/procurement/orders/{order['id']}"
    assert central.post(f"{path}/send", {})["status"] == "sent"
    assert central.post(f"{path}/receive", {})["status"] == "received"
    line = {"ingredient_id": 2, "quantity": 20}
    move = {"from_location_id": 1, "to_location_id": 2, "lines": [line]}
    assert central.post("/inventory/transfers", move).status == 201
    assert central.get("/suppliers/2")["complete_percent"] == 100.0
    assert central.get("/tenant/team")["total"] == 3
