"""What a visitor does, and how often."""

import time
from collections.abc import Callable

from tests.chaos import forms
from tests.chaos.history import OVER, Outcome, Visit
from tests.chaos.visitors import (
    FORBIDDEN,
    HTML,
    MODELS,
    PAGES,
    PATIENCE_SECONDS,
    PUBLIC,
    READS,
    Visitor,
    note_end,
    record,
    tomorrow,
)

Action = Callable[[Visitor, Visit], None]


def open_session(visitor: Visitor) -> None:
    """Click "Probar demo", wait for the bakery, and look around once."""
    visitor.visit = None
    canary = f"canary-{visitor.random.getrandbits(64):016x}"
    model = visitor.random.choice(MODELS)
    body = {"demo_account_type": model, "bakery_name": canary}
    answer = visitor.insist("/api/demo/session/create", body, visitor.new_key(), canary=canary)
    if answer is None or answer.status != 201:
        visitor.history.count(visitor.history.opening, "unknown" if answer is None else "refused")
        return
    visitor.history.count(visitor.history.opening, "done")
    told = answer.json
    visit = Visit(told["session_id"], told["virtual_tenant_id"], model, "", canary)
    visit.token = told["session_token"]
    visitor.history.add_visit(visit)
    visitor.visit = visit
    if not _wait_until_active(visitor, visit, told["status_url"], told["status"]):
        visit.unclear = True
        visitor.visit = None
        return
    _look_around(visitor, visit)


def _wait_until_active(visitor: Visitor, visit: Visit, url: str, status: str) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while status == "pending" and time.monotonic() < end and not visitor.gate.stopped.is_set():
        visitor.gate.stopped.wait(0.3)
        answer = visitor.send("GET", url, visit=visit)
        if answer is not None and answer.status == 200:
            status = answer.json["status"]
            visit.tenant = answer.json.get("virtual_tenant_id") or visit.tenant
            visit.token = answer.json.get("session_token") or visit.token
    return status == "active"


def _look_around(visitor: Visitor, visit: Visit) -> None:
    """Learn the names of a product, a customer and an ingredient; they differ by model."""
    products = visitor.send("GET", "/api/pos/products?per_page=100", visit=visit)
    ingredients = visitor.send("GET", "/api/inventory/ingredients?per_page=5", visit=visit)
    customers = visitor.send("GET", "/api/customers?per_page=5", visit=visit)
    visitor.product, visitor.customer, visitor.ingredient = {}, 0, 0
    if products is not None and products.status == 200:
        stocked = [one for one in products.json["items"] if one["stock"] >= 3]
        visitor.product = visitor.random.choice(stocked) if stocked else {}
    if ingredients is not None and ingredients.status == 200:
        visitor.ingredient = ingredients.json["items"][0]["id"]
    if customers is not None and customers.status == 200 and customers.json["items"]:
        visitor.customer = customers.json["items"][0]["id"]


def read(visitor: Visitor, visit: Visit) -> None:
    """Read a list or a figure."""
    path = visitor.random.choice(READS)
    answer = visitor.send("GET", path, visit=visit)
    if answer is not None:
        note_end(visit, f"GET {path}", answer)


def read_page(visitor: Visitor, visit: Visit) -> None:
    """Read a page as a browser does."""
    cookie = HTML | {"Cookie": f"demo_session={visit.token}"}
    visitor.send("GET", visitor.random.choice(PAGES), None, cookie, visit)


def read_public(visitor: Visitor, visit: Visit) -> None:
    """Read what needs no session."""
    visitor.send("GET", visitor.random.choice(PUBLIC))


def sell(visitor: Visitor, visit: Visit) -> None:
    """Sell one piece."""
    if visitor.product:
        line = {"product_id": visitor.product["id"], "quantity": 1}
        record(
            visitor, visit, "sale", "/api/pos/sales", {"lines": [line], "payment_method": "card"}
        )


def order(visitor: Visitor, visit: Visit) -> None:
    """Take an order whose notes carry the canary."""
    if visitor.product and visitor.customer:
        body = {
            "customer_id": visitor.customer,
            "due_on": tomorrow(),
            "notes": visit.canary,
            "lines": [{"product_id": visitor.product["id"], "quantity": 1}],
        }
        record(visitor, visit, "order", "/api/orders", body)


def adjust(visitor: Visitor, visit: Visit) -> None:
    """Put one unit of an ingredient on the shelf."""
    if visitor.ingredient:
        body = {"ingredient_id": visitor.ingredient, "quantity": 1, "reason": visit.canary}
        record(visitor, visit, "adjustment", "/api/inventory/adjustments", body)


def forbidden(visitor: Visitor, visit: Visit) -> None:
    """Try what a demo may not do."""
    method, path = visitor.random.choice(FORBIDDEN)
    answer = visitor.send(method, path, None if method == "GET" else {}, visit=visit)
    if answer is not None and answer.status < 400:
        visitor.history.leaks.append(f"{method} {path} was let through: {answer.status}")


def extend(visitor: Visitor, visit: Visit) -> None:
    """Ask for more time."""
    visitor.insist("/api/demo/session/extend", {}, visitor.new_key(), visit)


def reset(visitor: Visitor, visit: Visit) -> None:
    """Begin again, and wait until it is done: nothing is written meanwhile."""
    answer = visitor.insist("/api/demo/session/reset", {}, visitor.new_key(), visit)
    if answer is not None and answer.status == 202:
        answer = _wait_for_reset(visitor, visit, answer.json["status_url"])
    if answer is not None and answer.status == 200:
        visit.tenant = answer.json.get("virtual_tenant_id") or visit.tenant
        visit.writes.clear()
        return
    if answer is not None:
        note_end(visit, "a reset", answer)
    if not visit.ended:
        visit.unclear = True


def _wait_for_reset(visitor: Visitor, visit: Visit, url: str):  # type: ignore[no-untyped-def]
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not visitor.gate.stopped.is_set():
        answer = visitor.send("GET", url, visit=visit)
        if answer is not None and answer.status != 200:
            return answer if answer.status in OVER else None
        if answer is not None and answer.json["reset"] not in ("queued", "running"):
            return answer if answer.json["reset"] == "done" else None
        visitor.gate.stopped.wait(0.3)
    return None


def destroy(visitor: Visitor, visit: Visit) -> None:
    """End the session; from its answer on it must be refused."""
    answer = visitor.insist("/api/demo/session/destroy", {}, visitor.new_key(), visit)
    if answer is None:
        visit.unclear = True
        visitor.visit = None
        return
    if answer.status != 200 and answer.status not in OVER:
        visitor.history.wrong.append(f"an end got {answer.status}: {answer.json}"[:300])
    visit.over = f"an end: {answer.status}"
    again = visitor.send("GET", "/api/tenant", visit=visit)
    if again is not None and again.status < 400:
        visitor.history.revived.append(f"{visit.session_id} was answered after its end")


def leave(visitor: Visitor, visit: Visit) -> None:
    """Go away without a word; the session waits for its clock."""
    visitor.visit = None


def contact(visitor: Visitor, visit: Visit) -> None:
    """Read the form for an address, or send the one that was read a while ago."""
    if visitor.form is None:
        answer = visitor.send("GET", "/api/demo/contact", visit=visit)
        if answer is not None and answer.status == 200:
            wait = answer.json["opens_after_seconds"] + 1
            visitor.form = answer.json["form_key"], time.monotonic() + wait
    elif time.monotonic() > visitor.form[1]:
        address = f"{visitor.random.getrandbits(48):012x}@example.com"
        body = {"name": "Ana", "email": address, "consent": True, "form_key": visitor.form[0]}
        visitor.form = None
        answer = visitor.insist("/api/demo/contact", body, visitor.new_key(), visit)
        known = answer is not None and answer.status == 201
        what = Outcome.UNKNOWN if answer is None else Outcome.DONE if known else Outcome.REFUSED
        visitor.history.count(visitor.history.leads, what.value)


ACTIONS: dict[str, tuple[int, Action]] = {
    "read": (34, read),
    "page": (16, read_page),
    "public": (4, read_public),
    "sell": (8, sell),
    "order": (7, order),
    "adjust": (3, adjust),
    "sell by form": (6, forms.sell),
    "order by form": (5, forms.order),
    "adjust by form": (3, forms.adjust),
    "forbidden": (3, forbidden),
    "extend": (2, extend),
    "reset": (3, reset),
    "destroy": (4, destroy),
    "leave": (2, leave),
    "contact": (4, contact),
}
"""Each with its weight."""
