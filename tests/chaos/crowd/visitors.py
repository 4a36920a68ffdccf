"""What locust runs: people who look around in a demo, sell, order, and come back as others.

Each has an address of its own, as from a proxy, and reads for some seconds between two requests.
Each answer is a row of the file that `CROWD_ROWS` names: when it began (seconds since 1970), what
was asked, milliseconds, and what became of it.
"""

import csv
import os
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import gevent
from locust import FastHttpUser, events, task

MODELS = ("individual_bakery", "central_baker")
THINK_SECONDS, LONGEST_THINK_SECONDS = 15.0, 60.0
"""The mean time between two requests of a visitor, and the longest."""
POLL_SECONDS = 1.0
PENDING_SECONDS = 180.0
ANSWER_SECONDS = 60.0
PAGES = (
    "/demo/", "/demo/caja", "/demo/pedidos", "/demo/inventario", "/demo/produccion",
    "/demo/ventas", "/demo/recetas", "/demo/caja/tickets",
)  # fmt: skip
LISTS = ("/api/orders?per_page=20", "/api/sales/daily", "/api/inventory/summary", "/api/customers")
MISSING, BUSY = 404, 429
OVER = (401, 410)

_random = Random(int(os.environ["CROWD_SEED"]))
_file = Path(os.environ["CROWD_ROWS"]).open("w", newline="", buffering=1)  # noqa: SIM115
_rows = csv.writer(_file)


@events.request.add_listener
def note(name: str, response_time: float, response: Any, start_time: float, **_: Any) -> None:
    """Keep one answer."""
    status = getattr(response, "status_code", 0) or 0
    kind = "cut" if status == 0 else str(status) if status == BUSY or status >= 500 else "ok"
    _rows.writerow([f"{start_time:.3f}", name, f"{response_time:.1f}", kind])


class Baker(FastHttpUser):
    """One person after another at one address."""

    network_timeout = connection_timeout = ANSWER_SECONDS

    def wait_time(self) -> float:
        """Return how long it is until the next request: exponential, at most a minute."""
        return min(_random.expovariate(1 / THINK_SECONDS), LONGEST_THINK_SECONDS)

    def on_start(self) -> None:
        """Come from an address of one's own."""
        self.address = ".".join(["10", *(str(_random.randrange(1, 255)) for _ in range(3))])
        self.token = ""
        self.sales: list[str] = []
        self.products: list[int] = []
        self.customers: list[int] = []
        self.enter()

    def on_stop(self) -> None:
        """See that every sale is there, and leave."""
        self.leave()

    def ask(self, method: str, path: str, what: str = "", body: Any = None) -> Any:
        """Send one request; returns the response, with a status of 0 where there is none."""
        headers = {"X-Forwarded-For": self.address}
        if self.token:
            headers |= {"Authorization": f"Bearer {self.token}"}
            if "/api/" not in path:
                headers |= {"Cookie": f"demo_session={self.token}", "Accept": "text/html"}
        if body is not None:
            headers["Idempotency-Key"] = f"{_random.getrandbits(128):032x}"
        response = self.client.request(
            method, path, name=what or path.partition("?")[0], json=body, headers=headers,
            allow_redirects=False,
        )  # fmt: skip
        if response.status_code in OVER:
            self.token = ""
        return response

    def enter(self) -> None:
        """Click "Probar demo", and wait for the bakery."""
        self.token, self.sales, self.products, self.customers = "", [], [], []
        self.ask("GET", "/", "landing page")
        body = {"demo_account_type": _random.choice(MODELS)}
        answer = self.ask("POST", "/api/demo/session/create", "open a demo", body)
        if answer.status_code != 201:
            gevent.sleep(float(answer.headers.get("Retry-After", POLL_SECONDS)))
            return
        told = answer.json()
        self.token = told["session_token"]
        end = time.monotonic() + PENDING_SECONDS
        while told["status"] == "pending" and time.monotonic() < end:
            progress = told.get("progress") or {}
            gevent.sleep(float(progress.get("ask_again_seconds", POLL_SECONDS)))
            answer = self.ask("GET", told["status_url"], "wait for a demo")
            if answer.status_code == 200:
                told = answer.json()
                self.token = told.get("session_token") or self.token
        if told["status"] != "active":
            self.token = ""
            return
        answer = self.ask("GET", "/api/pos/products?per_page=100", "/api/pos/products")
        if answer.status_code == 200:
            self.products = [one["id"] for one in answer.json()["items"] if one["stock"] >= 3]
        answer = self.ask("GET", LISTS[-1])
        if answer.status_code == 200:
            self.customers = [one["id"] for one in answer.json()["items"]]

    def leave(self) -> None:
        """Look for every sale that was acknowledged, and end the demo."""
        for sale in self.sales:
            if not self.token:
                return
            answer = self.ask("GET", f"/api/pos/sales/{sale}", "look for a sale")
            if answer.status_code == MISSING:
                _rows.writerow([f"{time.time():.3f}", "look for a sale", "0", "lost"])
        if self.token:
            self.ask("POST", "/api/demo/session/destroy", "end a demo", {})
            self.token = ""

    @task(18)
    def read_a_page(self) -> None:
        """Read a page."""
        if self.is_inside():
            self.ask("GET", _random.choice(PAGES))

    @task(6)
    def read_a_list(self) -> None:
        """Read what a program would."""
        if self.is_inside():
            self.ask("GET", _random.choice(LISTS))

    @task(6)
    def sell(self) -> None:
        """Sell a piece."""
        if self.is_inside() and self.products:
            line = {"product_id": _random.choice(self.products), "quantity": 1}
            body = {"lines": [line], "payment_method": "card"}
            answer = self.ask("POST", "/api/pos/sales", "sell", body)
            if answer.status_code == 201:
                self.sales.append(answer.json()["id"])

    @task(3)
    def take_an_order(self) -> None:
        """Take an order for a customer, where there are some."""
        if self.is_inside() and self.products and self.customers:
            due = date.today() + timedelta(days=3)
            body = {
                "customer_id": _random.choice(self.customers),
                "due_on": due.isoformat(),
                "lines": [{"product_id": _random.choice(self.products), "quantity": 1}],
            }
            self.ask("POST", "/api/orders", "take an order", body)

    @task(1)
    def come_as_another(self) -> None:
        """Leave, and come back as another: after some ten minutes on average."""
        if self.is_inside():
            self.leave()
            self.enter()

    def is_inside(self) -> bool:
        """Return True in a demo; who is not in one tries to get into one."""
        if not self.token:
            self.enter()
        return bool(self.token)
