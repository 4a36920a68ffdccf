"""Guessed ids and passwords are counted by address; after too many none is looked up."""

import base64
import time
from itertools import count

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool
from tests.support.waiting import wait_for_room_in_the_minute

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

SESSION = "/api/demo/session"
GUESS = "demo_" + "x" * 32
LOGIN = {"email": "demo@example.com", "password": "guess"}
WAYS = {
    "path": ("GET", f"{SESSION}/{GUESS}", None),
    "stream": ("GET", f"{SESSION}/{GUESS}/events", None),
    "extend": ("POST", f"{SESSION}/extend", {"session_id": GUESS}),
    "reset": ("POST", f"{SESSION}/reset", {"session_id": GUESS}),
    "destroy": ("POST", f"{SESSION}/destroy", {"session_id": GUESS}),
    "login": ("POST", "/api/auth/login", LOGIN),
    "ops": ("GET", "/ops/", None),
}
numbers = count(1)
ASKING_SECONDS = 15
"""All that a test asks for is answered within this time, also on a busy machine."""


@pytest.fixture(scope="module")
def strict_url(live_system):
    """A web server that allows three bad credentials, behind a proxy that names addresses."""
    with live_system.web(GATEWAY_FAILURES_PER_MINUTE="3", TRUSTED_PROXIES="1") as url:
        yield url


def visitor_from(url, address, way=None):
    """Return a function that sends one kind of request from one address.

    The place of a login is free a moment after its answer has come: one that is too early is sent
    again.
    """
    password = base64.b64encode(b"ops:guess").decode() if way == "ops" else ""
    headers = {"X-Forwarded-For": address}
    if password:
        headers["Authorization"] = f"Basic {password}"
    method, path, body = WAYS.get(way, ("GET", "/ops/", None))

    def ask():
        while (status := Prospect(url).request(method, path, body, headers).status) == 503:
            time.sleep(1)
        return status

    return ask


@pytest.fixture(autouse=True)
def room_in_the_minute(strict_url):
    """All guesses of a test fall into one window of the limit."""
    wait_for_room_in_the_minute(ASKING_SECONDS)


@pytest.mark.parametrize("way", WAYS)
def test_guesses_are_counted_and_then_refused(strict_url, way):
    ask = visitor_from(strict_url, f"203.0.113.{next(numbers)}", way)
    statuses = [ask() for _ in range(4)]
    assert set(statuses[:3]) <= {401, 404}
    assert statuses[3] == 429
    assert visitor_from(strict_url, f"198.51.100.{next(numbers)}", "path")() == 404


def test_a_request_without_a_password_does_not_count_as_a_guess(strict_url):
    ask = visitor_from(strict_url, f"203.0.113.{next(numbers)}")
    assert [ask() for _ in range(5)] == [401] * 5


def test_a_valid_token_still_works_from_an_address_that_guesses(live_system, strict_url):
    ready_pool(live_system)
    visitor = Prospect(strict_url).open("individual_bakery")
    wait_for_room_in_the_minute(ASKING_SECONDS)
    address = f"203.0.113.{next(numbers)}"
    guess = visitor_from(strict_url, address, "path")
    assert [guess() for _ in range(4)][-1] == 429
    headers = {"X-Forwarded-For": address}
    for method, path in (("GET", "/api/tenant"), ("POST", f"{SESSION}/extend")):
        assert visitor.request(method, path, headers=headers).status == 200
    visitor.post(f"{SESSION}/destroy")
