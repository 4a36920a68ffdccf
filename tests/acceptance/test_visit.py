"""A visit from create to destroy, through the web server, on real servers."""

import threading
import time
import urllib.request
from datetime import datetime, timedelta

import psycopg
import pytest
import redis

from jobs.queue.unreadable_keys import expected_type
from tests.acceptance.client import Prospect

MODELS = ["individual_bakery", "central_baker"]


def wait_for(what, seconds=70.0):
    """Wait until something is true; what a person would wait for, no longer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.25)
    return False


def ready_pool(live_system):
    """Wait until both templates have a ready tenant, as a prospect finds them."""

    def ready():
        with psycopg.connect(live_system.database_url) as connection:
            rows = connection.execute(
                "SELECT account_type FROM control.tenants WHERE is_demo AND state = 'ready'"
            )
            return {row[0] for row in rows} >= set(MODELS)

    assert wait_for(ready, 120), live_system.log.read_text()[-3000:]


@pytest.mark.parametrize("model", MODELS)
def test_a_prospect_sells_and_only_they_see_it(live_system, live_url, model):
    ready_pool(live_system)
    mine, other = Prospect(live_url).open(model), Prospect(live_url).open(model)
    assert mine.get("/api/inventory/ingredients?per_page=100").json["total"] > 30
    product = mine.sellable()

    sale = mine.post(
        "/api/pos/sales",
        {"lines": [{"product_id": product["id"], "quantity": 2}], "payment_method": "card"},
    )

    assert sale.status == 201
    assert sale.json["total"] == pytest.approx(2 * product["price"])
    assert mine.get("/api/pos/sales").json["items"][0]["id"] == sale.json["id"]
    left = mine.get(f"/api/pos/products/{product['id']}").json["stock"]
    assert left == product["stock"] - 2
    assert other.get(f"/api/pos/sales/{sale.json['id']}").status == 404
    assert other.get(f"/api/pos/products/{product['id']}").json["stock"] == product["stock"]


def test_every_key_of_a_visit_has_the_type_that_it_should_have(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    visitor.get("/api/inventory/summary")
    visitor.sell()
    visitor.post("/api/demo/session/reset")
    with redis.Redis.from_url(live_system.redis_url, decode_responses=True) as client:
        kinds = {key: (client.type(key), expected_type(key)) for key in client.scan_iter()}
    assert "demo:measurements" in kinds
    wrong = {
        key: (kind, expected)
        for key, (kind, expected) in kinds.items()
        if kind != "none"  # it has gone meanwhile
        if expected not in (None, kind)
    }
    assert wrong == {}


def test_the_schema_is_the_tenants_and_not_the_secret(live_system, live_url):
    ready_pool(live_system)
    prospect = Prospect(live_url).open("individual_bakery")
    assert f"demo_{prospect.session['virtual_tenant_id'].replace('-', '')}" in live_system.schemas()
    assert prospect.session["session_id"] not in live_system.schemas()


def test_a_destroyed_session_is_refused_at_once_and_its_schema_is_dropped(live_system, live_url):
    ready_pool(live_system)
    prospect = Prospect(live_url).open("central_baker")
    schema = f"demo_{prospect.session['virtual_tenant_id'].replace('-', '')}"

    assert prospect.post("/api/demo/session/destroy").json["status"] == "destroyed"

    refused = prospect.get("/api/inventory/ingredients")
    assert (refused.status, refused.code) == (401, "session_destroyed")
    assert wait_for(lambda: schema not in live_system.schemas())
    again = prospect.post(
        "/api/demo/session/destroy", {"session_id": prospect.session["session_id"]}
    )
    assert again.json["status"] == "destroyed"


def test_a_session_ends_to_the_second_and_its_schema_within_the_minute(live_system):
    ready_pool(live_system)
    with live_system.web(DEMO_SESSION_DURATION_MINUTES="0.05") as url:
        prospect = Prospect(url).open("individual_bakery")
        schema = f"demo_{prospect.session['virtual_tenant_id'].replace('-', '')}"
        expires_at = datetime.fromisoformat(prospect.session["expires_at"])
        assert prospect.get("/api/tenant").status == 200

        time.sleep(max(0, (expires_at - datetime.now(expires_at.tzinfo)).total_seconds()))

        refused = prospect.get("/api/tenant")
        assert (refused.status, refused.code) == (401, "session_expired")
        assert wait_for(lambda: schema not in live_system.schemas(), 60)


def test_a_session_is_extended_three_times_and_no_more(live_system, live_url):
    ready_pool(live_system)
    prospect = Prospect(live_url).open("individual_bakery")
    first = datetime.fromisoformat(prospect.session["expires_at"])
    for number in (1, 2, 3):
        extended = prospect.post("/api/demo/session/extend")
        assert extended.status == 200
        assert datetime.fromisoformat(extended.json["expires_at"]) == first + timedelta(
            minutes=30 * number
        )
    refused = prospect.post("/api/demo/session/extend")
    assert (refused.status, refused.code) == (409, "extension_limit")
    assert prospect.get("/api/tenant").status == 200


def test_a_reset_brings_the_templates_data_back(live_system, live_url):
    ready_pool(live_system)
    prospect = Prospect(live_url).open("individual_bakery")
    product = prospect.sellable()
    line = {"product_id": product["id"], "quantity": 1}
    sale = prospect.post("/api/pos/sales", {"lines": [line], "payment_method": "cash"}).json
    ready_pool(live_system)

    assert prospect.post("/api/demo/session/reset").status == 200

    assert prospect.get(f"/api/pos/sales/{sale['id']}").status == 404
    assert prospect.get(f"/api/pos/products/{product['id']}").json["stock"] == product["stock"]


def test_with_an_empty_pool_a_session_waits_and_reports_progress(live_system, live_url):
    ready_pool(live_system)
    visitors = []

    def visit():
        visitors.append(Prospect(live_url).open("central_baker", wait=False))

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    waiting = [v for v in visitors if v.session["status"] == "pending"]
    assert waiting, "eight at once are more than a pool of three"
    for visitor in waiting:
        assert visitor.session["virtual_tenant_id"] is None
        assert set(visitor.session["progress"]) == {
            "phase", "table", "percent", "place", "ask_again_seconds",
        }  # fmt: skip
        assert visitor.wait_until_active().get("/api/tenant").status == 200
    tenants = {v.get(v.session["status_url"]).json["virtual_tenant_id"] for v in visitors}
    assert len(tenants) == 8
    for visitor in visitors:
        visitor.post("/api/demo/session/destroy")


def test_the_event_stream_follows_a_session_until_it_is_ready(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    stream = visitor.get(visitor.session["events_url"])
    assert stream.status == 200
    assert "event: active" in stream.json


def test_the_public_accounts_open_a_session_of_their_model(live_system, live_url):
    ready_pool(live_system)
    accounts = Prospect(live_url).get("/api/demo/accounts").json["accounts"]
    assert {account["account_type"] for account in accounts} == set(MODELS)
    for account in accounts:
        credentials = {"email": account["email"], "password": account["password"]}
        visitor = Prospect(live_url)
        answer = visitor.post("/api/auth/login", credentials)
        assert answer.status == 201
        visitor.token = answer.json["session_token"]
        profile = visitor.get("/api/tenant").json
        assert account["name"] in str(profile)
    wrong = Prospect(live_url).post("/api/auth/login", {**credentials, "password": "nope"})
    assert (wrong.status, wrong.code) == (401, "invalid_credentials")


def test_requests_are_counted_in_the_statistics(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    for _ in range(7):
        visitor.get("/api/tenant")
    path = visitor.session["status_url"]
    assert wait_for(lambda: visitor.get(path).json["request_count"] == 7)
    figures = visitor.get("/api/demo/stats").json
    assert figures["total_sessions"] >= figures["active_sessions"] >= 1
    assert figures["total_requests"] >= 7


def test_who_follows_a_session_is_told_that_its_data_changed(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    address = f"{live_url}{visitor.session['events_url']}?until=end"
    with urllib.request.urlopen(address, timeout=20) as stream:
        assert stream.readline() == b"event: active\n"
        product = visitor.sellable()
        line = {"product_id": product["id"], "quantity": 1}
        visitor.post("/api/pos/sales", {"lines": [line], "payment_method": "card"})
        told = iter(stream.readline, b"")
        assert next(line for line in told if line.startswith(b"event")) == b"event: changed\n"
        visitor.post("/api/demo/session/destroy")
        assert b"event: destroyed\n" in told


def test_a_page_that_no_stream_is_left_for_is_told_so_with_the_operators_message(
    live_system, live_url
):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    address = f"{visitor.session['events_url']}?until=end"
    streams = [urllib.request.urlopen(live_url + address, timeout=20) for _ in range(2)]
    page = urllib.request.Request(live_url + address, headers={"Accept": "text/event-stream"})
    busy = b"event: busy\ndata: {}\n\n"
    with urllib.request.urlopen(page, timeout=20) as answer:
        assert answer.read() == b'event: said\ndata: {"text": null}\n\n' + busy
    with psycopg.connect(live_system.database_url) as connection:
        connection.execute(
            "UPDATE control.demo_sessions SET metadata = metadata || jsonb_build_object('message',"
            " jsonb_build_object('text', 'Hola', 'until', 9e9)) WHERE session_id = %s",
            [visitor.session["session_id"]],
        )
    with urllib.request.urlopen(page, timeout=20) as answer:
        assert answer.read() == b'event: said\ndata: {"text": "Hola"}\n\n' + busy
    refused = visitor.get(address)
    assert (refused.status, refused.code) == (503, "too_many_streams")
    for stream in streams:
        stream.close()
    visitor.post("/api/demo/session/destroy")
