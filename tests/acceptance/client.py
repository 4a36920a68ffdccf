"""A client for tests that acts as a prospect's browser: keeps the token and sends JSON."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """A response: its status, its JSON, its headers."""

    status: int
    json: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """The machine code of an error."""
        return str(self.json["code"])


@dataclass
class Prospect:
    """One visitor; `open` gives it a session."""

    url: str
    token: str | None = None
    session: dict[str, Any] = field(default_factory=dict)
    timeout: float = 30
    follows: bool = True
    """Whether redirects are followed, as a browser does."""

    def request(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request with the session's token; a body that is bytes is sent as it is."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            opener = urllib.request.build_opener(*([] if self.follows else [_Stays]))
            with opener.open(request, timeout=self.timeout) as answer:
                return _answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.read(), dict(error.headers))

    def get(self, path: str) -> Answer:
        """Read."""
        return self.request("GET", path)

    def post(self, path: str, body: object = None) -> Answer:
        """Write."""
        return self.request("POST", path, {} if body is None else body)

    def open(self, account_type: str, *, wait: bool = True, **choices: object) -> "Prospect":
        """Click "Probar demo", and wait for the bakery as the page would."""
        body = {"demo_account_type": account_type, **choices}
        answer = self.post("/api/demo/session/create", body)
        assert answer.status == 201, answer.json
        self.session, self.token = answer.json, answer.json["session_token"]
        return self.wait_until_active() if wait else self

    def wait_until_active(self, seconds: float = 120) -> "Prospect":
        """Follow the session's status until its schema is there."""
        end = time.monotonic() + seconds
        while self.session["status"] == "pending":
            assert time.monotonic() < end, "the session is pending for too long"
            time.sleep(0.1)
            self.session = self.get(self.session["status_url"]).json
        assert self.session["status"] == "active", self.session
        self.token = self.session["session_token"]
        return self

    def sell(self) -> Answer:
        """Sell a piece of what there is, paid by card."""
        line = {"product_id": self.sellable()["id"], "quantity": 1}
        return self.post("/api/pos/sales", {"lines": [line], "payment_method": "card"})

    def sellable(self) -> dict[str, Any]:
        """A product of which there are a few pieces."""
        products = self.get("/api/pos/products?per_page=100").json["items"]
        return next(product for product in products if product["stock"] >= 3)


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: a redirect is an answer."""


def _answer(status: int, body: bytes, headers: dict[str, str]) -> Answer:
    kind = headers.get("Content-Type", "")
    return Answer(status, json.loads(body) if body and "json" in kind else body.decode(), headers)
