"""Visitors who do everything, each in a thread, from a seed of its own; they note what they saw."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPException
from random import Random
from typing import Any

from tests.acceptance.client import Answer, Prospect
from tests.chaos.history import History, Outcome, Visit, Write

MODELS = ("individual_bakery", "central_baker")
CANARY = re.compile(r"canary-[0-9a-f]{16}")
PATIENCE_SECONDS = 60
"""A write is tried again, with its key, for so long."""
WAIT_SECONDS = 120
"""An answer that takes longer is none; the machine may have other work to do."""
READS = (
    "/api/tenant", "/api/orders?per_page=10&sort=-order_number", "/api/orders?q=canary",
    "/api/pos/sales", "/api/pos/products", "/api/inventory/ingredients", "/api/customers",
    "/api/inventory/movements", "/api/inventory/summary", "/api/sales/daily", "/api/recipes",
    "/api/production/batches", "/api/procurement/suggestions", "/api/suppliers",
)  # fmt: skip
PAGES = (
    "/demo/", "/demo/caja", "/demo/caja/tickets", "/demo/pedidos", "/demo/inventario",
    "/demo/recetas", "/demo/sesion", "/demo/recorrido", "/", "/contacto", "/demo/caja.csv",
)  # fmt: skip
PUBLIC = ("/api/demo/accounts", "/api/demo/stats", "/health", "/metrics", "/openapi.json")
FORBIDDEN = (
    ("DELETE", "/api/orders/1"),
    ("PATCH", "/api/tenant"),
    ("GET", "/api/forecasting/models"),
    ("POST", "/api/auth/password"),
    ("PUT", "/api/recipes/1"),
)
HTML = {"Accept": "text/html"}


@dataclass
class Gate:
    """Lets visitors work, or has them wait between two actions."""

    stopped: threading.Event = field(default_factory=threading.Event)
    is_open: threading.Event = field(default_factory=threading.Event)


class Visitor:
    """One person after another: opens a demo, works in it, leaves, and comes back as another."""

    def __init__(self, url: str, seed: str, history: History, gate: Gate, pause: float) -> None:
        self.url = url
        self.random = Random(seed)
        self.history = history
        self.gate = gate
        self.pause = pause
        self.visit: Visit | None = None
        self.product: dict[str, Any] = {}
        self.customer: int = 0
        self.ingredient: int = 0
        self.busy = False
        self.form: tuple[str, float] | None = None
        self.crash: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"visitor {seed}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end, after the gate has stopped."""
        self._thread.join(PATIENCE_SECONDS + WAIT_SECONDS)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        visit: Visit | None = None,
        canary: str = "",
    ) -> Answer | None:
        """Send a request once; None where no answer came. Notes failures and canaries."""
        began = time.monotonic()
        prospect = Prospect(self.url, visit.token if visit else None, timeout=WAIT_SECONDS)
        what = f"{method} {path.partition('?')[0]}"
        try:
            answer = prospect.request(method, path, body, headers)
        except (OSError, HTTPException, ValueError) as error:  # cut, in its head or its body
            self._fail(what, 0, type(error).__name__, False, began)
            return None
        self.history.count(self.history.requests, f"{answer.status // 100}xx")
        if answer.status >= 500:
            code = answer.json.get("code", "") if isinstance(answer.json, dict) else ""
            self._fail(what, answer.status, code, "Retry-After" in answer.headers, began)
        own = visit.canary if visit else canary
        for found in set(CANARY.findall(str(answer.json))) - {own}:
            self.history.leaks.append(f"{what} shows {found}, and is of {own or 'no session'}")
        return answer

    def _fail(self, what: str, status: int, code: str, retry: bool, began: float) -> None:
        self.history.note_failure(what, status, code, retry, time.monotonic() - began)

    def insist(
        self,
        path: str,
        body: object,
        key: str,
        visit: Visit | None = None,
        note: Callable[[], None] = lambda: None,
        canary: str = "",
    ) -> Answer | None:
        """Send a POST with its key until it has a clear answer; None where none came in time."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and not self.gate.stopped.is_set():
            note()
            answer = self.send("POST", path, body, {"Idempotency-Key": key}, visit, canary)
            if answer is not None and answer.status < 500 and answer.status not in (409, 429):
                return answer
            self.gate.stopped.wait(0.3 + self.random.random())
        return None

    def new_key(self) -> str:
        """Return a key that follows from the seed."""
        return f"{self.random.getrandbits(128):032x}"

    def _run(self) -> None:
        try:
            while not self.gate.stopped.is_set():
                self.busy = False
                if not self.gate.is_open.wait(0.1):
                    continue
                self.busy = True
                if self.gate.is_open.is_set():
                    self._step()
                self.busy = False
                self.gate.stopped.wait(self.random.expovariate(1 / self.pause))
        except BaseException as error:
            self.crash = error
        finally:
            self.busy = False

    def _step(self) -> None:
        from tests.chaos.actions import ACTIONS, open_session  # they need this module

        if self.visit is None or self.visit.ended:
            open_session(self)
            return
        names = list(ACTIONS)
        action = self.random.choices(names, [ACTIONS[name][0] for name in names])[0]
        ACTIONS[action][1](self, self.visit)


def tomorrow(days: int = 3) -> str:
    """Return a day on which orders can be due."""
    return (date.today() + timedelta(days=days)).isoformat()


def record(visitor: Visitor, visit: Visit, kind: str, path: str, body: object) -> None:
    """Send a write until its outcome is known, and note it."""
    write = Write(kind, visitor.new_key())
    visit.writes.append(write)

    def attempt() -> None:
        write.attempts += 1

    answer = visitor.insist(path, body, write.key, visit, attempt)
    if answer is None:
        return
    if answer.status == 201:
        write.outcome = Outcome.DONE
        visitor.history.count(visitor.history.acknowledged, kind)
        write.answer = str(answer.json.get("id", "")) if isinstance(answer.json, dict) else ""
    elif write.attempts == 1:
        write.outcome = Outcome.REFUSED
    if answer.status in (401, 410):
        visit.ended = True
