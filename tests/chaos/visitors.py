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
from tests.chaos.history import OVER, History, Outcome, Visit, Write

MODELS = ("individual_bakery", "central_baker")
CANARY = re.compile(r"canary-[0-9a-f]{16}")
ROW = re.compile("(?:ticket=|/pedidos/)([0-9a-f-]{36})")
"""The id of what a form made, in the address that it leads to."""
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
BROWSER = HTML | {
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
}
SOLD_OUT = ("insufficient_stock", "No hay bastante")
"""What is said of a conflict that stays one: in the API's answers, and on pages."""


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
        """Send a request once; None where no answer came. Notes failures and canaries.

        A body that is bytes is a form: its redirect is an answer, and is not followed.
        """
        began = time.monotonic()
        token, is_form = visit.token if visit else None, isinstance(body, bytes)
        prospect = Prospect(self.url, token, timeout=WAIT_SECONDS, follows=not is_form)
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
        headers = BROWSER if isinstance(body, bytes) else {"Idempotency-Key": key}
        if visit and isinstance(body, bytes):
            headers = headers | {"Cookie": f"demo_session={visit.token}"}
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and not self.gate.stopped.is_set():
            note()
            answer = self.send("POST", path, body, headers, visit, canary)
            if answer is not None and answer.status < 500 and not _may_change(answer):
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


def _may_change(answer: Answer) -> bool:
    """Return True for an answer that may be another in a moment."""
    is_final = any(word in str(answer.json) for word in SOLD_OUT)
    return answer.status == 429 or (answer.status == 409 and not is_final)


def note_end(visit: Visit, request: str, answer: Answer) -> None:
    """Note the answer if it says that the session is over."""
    if answer.status in OVER:
        code = answer.json.get("code", "") if isinstance(answer.json, dict) else ""
        visit.over = f"{request}: {answer.status} {code}"


def tomorrow(days: int = 3) -> str:
    """Return a day on which orders can be due."""
    return (date.today() + timedelta(days=days)).isoformat()


def _id_of(answer: Answer) -> str:
    if isinstance(answer.json, dict):
        return str(answer.json.get("id", ""))
    found = ROW.search(answer.headers.get("Location", ""))
    return found[1] if found else ""


def record(visitor: Visitor, visit: Visit, kind: str, path: str, body: object) -> None:
    """Send a write until its outcome is known, and note it."""
    write = Write(kind, visitor.new_key())
    visit.writes.append(write)

    def attempt() -> None:
        write.attempts += 1

    answer = visitor.insist(path, body, write.key, visit, attempt)
    if answer is None:
        return
    if answer.status == 201 or "hecho=" in answer.headers.get("Location", ""):
        write.outcome = Outcome.DONE
        visitor.history.count(visitor.history.acknowledged, kind)
        write.answer = _id_of(answer)
        if write.attempts > 1:
            visitor.history.count(visitor.history.repeated, kind)
    elif write.attempts == 1:
        write.outcome = Outcome.REFUSED
    note_end(visit, f"POST {path}", answer)
