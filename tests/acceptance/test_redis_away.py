"""Redis stops while the web server runs: sessions keep working, and operators see it."""

import re

import pytest

from app.local.valkey import ValkeyServer
from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool, wait_for
from tests.conftest import scratch_directory

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture
def fragile(live_system):
    """A web server whose Redis the test may stop; the workers keep theirs."""
    with scratch_directory("fragile-") as home:
        valkey = ValkeyServer(home, {"appendonly": "no"})
        valkey.start()
        try:
            with live_system.web(REDIS_URL=valkey.url) as url:
                yield url, valkey
        finally:
            valkey.stop()


def failures(url):
    """Return the failures in /metrics, by action."""
    found = re.findall(
        r'gateway_redis_failures_total\{action="(\w+)",process="\d+"\} ([\d.]+)',
        Prospect(url).get("/metrics").json,
    )
    return {action: float(count) for action, count in found}


def test_sessions_work_while_redis_is_away_and_metrics_count_it(live_system, fragile):
    url, valkey = fragile
    ready_pool(live_system)
    mine, ended = Prospect(url).open("individual_bakery"), Prospect(url)
    ended.open("central_baker").post("/api/demo/session/destroy")
    assert mine.get("/api/tenant").status == 200
    assert Prospect(url).get("/ready").status == 200
    assert set(failures(url).values()) == {0.0}
    product = mine.sellable()

    valkey.stop()

    sale = {"lines": [{"product_id": product["id"], "quantity": 1}], "payment_method": "card"}
    assert mine.get("/api/tenant").status == 200
    assert mine.post("/api/pos/sales", sale).status == 201
    assert mine.request("DELETE", "/api/pos/sales/1").code == "demo_restriction"
    assert mine.get("/api/forecasting/models").code == "forecast_unavailable"
    assert ended.get("/api/tenant").code == "session_destroyed"
    assert Prospect(url, token="forged").get("/api/tenant").code == "token_invalid"
    assert Prospect(url).get("/api/tenant").code == "session_required"
    late = Prospect(url).open("central_baker")
    assert late.get("/api/tenant").status == 200
    late.post("/api/demo/session/destroy")
    assert late.get("/api/tenant").code == "session_destroyed"
    assert sum(failures(url).values()) >= 1
    assert wait_for(lambda: Prospect(url).get("/ready").status == 503, 20)
    told = Prospect(url).get("/ready")
    assert told.json["checks"]["postgres"] == "ok"
    assert told.json["checks"]["redis"] != "ok"
    assert Prospect(url).get("/ready?without=redis").status == 200

    valkey.start()

    assert wait_for(lambda: Prospect(url).get("/ready").status == 200, 20)
    assert late.get("/api/tenant").code == "session_destroyed"
    mine.post("/api/demo/session/destroy")
