"""Several sessions do permitted and forbidden things at once: no 5xx, and none sees another's data.

`FUZZ_REQUESTS` sends so many requests instead of 1,000; more follow from the OpenAPI document
(`test_openapi_fuzz.py`).
"""

import http.client
import json
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool
from tests.fixtures.demo import DEMO

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1000"))
SESSIONS, BURST = 4, 20
NO_LIMITS = {
    "GATEWAY_REQUESTS_PER_MINUTE": "1000000",
    "GATEWAY_CHANGES_PER_SESSION": "1000000",
    "GATEWAY_FAILURES_PER_MINUTE": "1000000",
    "GATEWAY_OPEN_REQUESTS": "100",
    "TENANT_ROWS": "10000000",
}
READS = (
    "/api/tenant",
    "/api/orders?per_page=10&sort=-order_number",
    "/api/orders?q=canary",
    "/api/pos/sales",
    "/api/pos/products",
    "/api/inventory/ingredients",
    "/api/inventory/movements",
    "/api/inventory/summary",
    "/api/customers",
    "/api/recipes",
    "/api/production/batches",
    "/api/sales/daily",
    "/api/sales/products",
)
FORBIDDEN = (
    ("DELETE", "/api/orders/{order}"),
    ("DELETE", "/api/pos/sales/1"),
    ("PATCH", "/api/orders/{order}"),
    ("PUT", "/api/customers/1"),
    ("POST", "/api/recipes"),
    ("PUT", "/api/auth/password"),
    ("POST", "/api/billing/invoices"),
    ("GET", "/api/forecasting/models"),
    ("POST", "/api/orders/../recipes"),
    ("POST", "/api/orders%2f..%2frecipes"),
    ("POST", "/api/pos/sales;x=1"),
    ("DELETE", "//api/./orders/{order}"),
    ("DELETE", "/API/orders/{order}"),
    ("delete", "/api/orders/{order}/"),
)
SMUGGLED = (
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Original-URI": "/api/forecasting/models"},
    {"X-Tenant-Id": "{tenant}"},
    {"X_Tenant_Id": "{tenant}"},
    {"x-tenant-id ": "{tenant}"},
    {"X-Demo-Session-Id": "{session}"},
    {"Cookie": "demo_session={token}"},
)


class Visitor:
    """A session with a canary: an order whose notes no other session may see."""

    def __init__(self, url: str) -> None:
        self.prospect = Prospect(url).open("central_baker")
        self.canary = f"canary-{uuid4().hex}"
        self.host = urlsplit(url).netloc
        self.local = threading.local()
        self.connections: list[http.client.HTTPConnection] = []
        self.lock = threading.Lock()
        self.sold = self.sent = 0
        self.product = self.prospect.sellable()
        customer = self.prospect.get("/api/customers").json["items"][0]["id"]
        self.new_order = {
            "customer_id": customer,
            "due_on": (DEMO.now().date() + timedelta(days=3)).isoformat(),
            "lines": [{"product_id": self.product["id"], "quantity": 1}],
            "notes": self.canary,
        }
        placed = self.prospect.post("/api/orders", self.new_order)
        assert placed.status == 201, placed.json
        self.order = placed.json["id"]
        self.sales = self.total("/api/pos/sales")

    def read(self, path):
        status, text = self.send("GET", path)
        if text == "":  # an idle connection may have been closed
            status, text = self.send("GET", path)
        assert status == 200, text
        return json.loads(text)

    def total(self, path: str) -> int:
        return self.read(path)["total"]

    def send(self, method, path, body=None, headers=None):
        """One request on a connection of this thread's own; gives status and body."""
        with self.lock:
            self.sent += 1
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection(self.host, timeout=60)
            self.connections.append(connection)
        sent = {"Authorization": f"Bearer {self.prospect.token}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        try:
            connection.request(method, path, body, sent | (headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (http.client.HTTPException, OSError):
            self.local.connection = None  # the server refused to talk on: that is an answer
            connection.close()
            return 400, ""


def act(visitors, number, kind, choice):
    """Do one action in a session; return what went wrong, or nothing."""
    me, other = visitors[number], visitors[(number + 1 + choice) % len(visitors)]
    headers, method, body = {}, "GET", None
    if kind == "read":
        path = READS[choice % len(READS)]
    elif kind == "sell":
        method, path = "POST", "/api/pos/sales"
        line = {"product_id": me.product["id"], "quantity": 1}
        body = {"lines": [line], "payment_method": "card"}
    elif kind == "order":
        method, path = "PUT", f"/api/orders/{me.order}"
        body = {"notes": f"{me.canary} {choice}", "lines": me.new_order["lines"]}
    elif kind == "forbidden":
        method, path = FORBIDDEN[choice % len(FORBIDDEN)]
        path = path.format(order=me.order)
        body = {} if method in ("POST", "PUT", "PATCH") else None
    else:  # another's names, smuggled into a request of one's own
        path = READS[choice % 4]
        names = {
            "tenant": other.prospect.session["virtual_tenant_id"],
            "session": other.prospect.session["session_id"],
            "token": other.prospect.token,
        }
        chosen = SMUGGLED[choice % len(SMUGGLED)]
        headers = {name: value.format(**names) for name, value in chosen.items()}
    status, text = me.send(method, path, body, headers)
    if kind == "sell" and status == 201:
        with me.lock:
            me.sold += 1
    if status >= 500:
        return f"{method} {path}: {status} {text[:300]}"
    if kind == "forbidden" and status < 400:
        return f"{method} {path} was let through: {status}"
    seen = [v.canary for v in visitors if v is not me and v.canary in text]
    return f"{method} {path} {headers} shows {seen}" if seen else None


@pytest.fixture(scope="module")
def visitors(live_system):
    ready_pool(live_system)
    with live_system.web(**NO_LIMITS) as url:
        opened = []
        for _ in range(SESSIONS):
            ready_pool(live_system)
            opened.append(Visitor(url))
        yield opened
        for visitor in opened:
            visitor.prospect.post("/api/demo/session/destroy")
            for connection in visitor.connections:
                connection.close()


KINDS = ("read", "read", "read", "sell", "order", "forbidden", "smuggle")


@pytest.mark.timeout(max(600, REQUESTS // 10))
@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_sessions_at_once_never_see_each_other(live_system, visitors):
    """Bursts of actions of all sessions, and after each what must still be true."""
    chance = random.Random(1)

    def action():
        return chance.randrange(SESSIONS), chance.choice(KINDS), chance.randrange(1000)

    with ThreadPoolExecutor(8) as pool:
        while sum(visitor.sent for visitor in visitors) < REQUESTS:
            burst = [action() for _ in range(BURST)]
            answers = pool.map(lambda chosen: act(visitors, *chosen), burst)
            assert [wrong for wrong in answers if wrong] == []
            for visitor in visitors:
                assert visitor.canary in visitor.read(f"/api/orders/{visitor.order}")["notes"]
                assert visitor.total("/api/pos/sales?per_page=1") == visitor.sales + visitor.sold
    with psycopg.connect(live_system.database_url) as owner:
        for visitor in visitors:
            schema = f"demo_{visitor.prospect.session['virtual_tenant_id'].replace('-', '')}"
            notes = owner.execute(f"SELECT notes FROM {schema}.orders WHERE notes LIKE 'canary%%'")
            assert [row[0].split()[0] for row in notes] == [visitor.canary]
