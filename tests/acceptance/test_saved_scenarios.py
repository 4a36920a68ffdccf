"""A bakery that was prepared by hand becomes a scenario, which visitors begin in and links open."""

import base64
import urllib.error
import urllib.parse
import urllib.request
from datetime import timedelta

import psycopg
import pytest

from app.bakery.living.stored_events import load_event, move_event
from app.control.scenarios.dates import move_dates
from tests.acceptance.client import Prospect
from tests.fixtures.demo import DEMO
from tests.support.waiting import wait_until

SCHEMA = "template_individual_bakery__mercado"
TEXTS = {
    "name": "mercado", "title": "Mercado", "description": "El sábado de mercado.",
    "look_at": "Lo que falta",
}  # fmt: skip


def ops(url, path, **form):
    """Press a button as an operator does."""
    credentials = base64.b64encode(b"ops:ops-password-for-tests").decode()
    headers = {"Authorization": f"Basic {credentials}", "Origin": url}
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(f"{url}/ops{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def offered(url):
    (account, _) = Prospect(url).get("/api/demo/accounts").json["accounts"]
    return [one["name"] for one in account["scenarios"]]


@pytest.fixture
def database(live_system):
    with psycopg.connect(live_system.database_url, autocommit=True) as connection:
        yield connection


@pytest.mark.timeout(300)
def test_a_visitor_begins_in_what_was_prepared(live_system, database):
    url = live_system.url
    author = Prospect(url).open("individual_bakery", bakery_name="Horno de Teresa")
    product = next(one for one in author.get("/api/pos/products").json["items"] if one["stock"] > 3)
    sold = author.post(
        "/api/pos/sales",
        {"lines": [{"product_id": product["id"], "quantity": 2}], "payment_method": "cash"},
    )
    assert sold.status == 201, sold.json
    (session,) = database.execute(
        "SELECT id FROM control.demo_sessions WHERE session_id = %s", [author.session["session_id"]]
    ).fetchone()
    status, page = ops(url, "/scenarios/", session=str(session), **TEXTS)
    assert status == 200, page
    wait_until(lambda: "mercado" in offered(url), "the scenario", 60)
    visitor = Prospect(url).open("individual_bakery", scenario="mercado")
    assert visitor.get(f"/api/pos/sales/{sold.json['id']}").json["total"] == sold.json["total"]
    assert visitor.get("/api/tenant").json["name"] == DEMO.account("individual_bakery").name
    every_date_moves_and_every_event(database)
    status, page = ops(url, "/scenarios/mercado/delete", x="")
    assert (status, "used by 1 session" in page) == (409, True)
    for one in (author, visitor):
        one.post("/api/demo/session/destroy")
    wait_until(lambda: ops(url, "/scenarios/mercado/delete", x="")[0] == 200, "its deletion", 60)
    wait_until(
        lambda: database.execute(
            "SELECT to_regnamespace(%s) IS NULL"
            " AND NOT EXISTS (SELECT FROM control.saved_scenarios)",
            [SCHEMA],
        ).fetchone()[0],
        "the drop of its template",
        60,
    )
    wait_until(lambda: offered(url) == ["base"], "the end of the offer", 60)


def every_date_moves_and_every_event(database):
    """The bakery's own constraints hold for moved rows; what follows moves with them."""
    query = f"SELECT max(day), max(lived_until), min(founded_on) FROM {SCHEMA}.sales_history,"
    query += f" {SCHEMA}.business"
    before = database.execute(query).fetchone()
    with database.transaction(force_rollback=True):
        move_dates(database, SCHEMA, 1, timedelta(days=1), DEMO.tables.fixed_dates)
        day, lived, founded = database.execute(query).fetchone()
        assert (day, lived, founded) == (
            before[0] + timedelta(1),
            before[1] + timedelta(1),
            before[2],
        )
    (entries,) = database.execute(
        "SELECT entries FROM control.timelines WHERE template = %s", [SCHEMA]
    ).fetchone()
    assert entries
    for entry in entries:
        moved = move_event(entry, 3, timedelta(days=3))
        assert load_event(moved).at == load_event(entry).at + timedelta(days=3)
        assert move_event(moved, -3, -timedelta(days=3)) == entry
