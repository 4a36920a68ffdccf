"""The current session's endpoint, which a second tab uses with only the cookie."""

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool

PATH = "/api/demo/session/current"
VARIES = {"seconds_left", "session_token", "request_count"}

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def ways_to_say(visitor):
    """The three credentials of a session, as headers."""
    token, session_id = visitor.token, visitor.session["session_id"]
    return (
        {"Authorization": f"Bearer {token}"},
        {"X-Demo-Session-Id": session_id},
        {"Cookie": f"demo_session={token}"},
    )


def ask(url, headers, method="GET"):
    return Prospect(url).request(method, PATH, headers=headers)


def without_what_varies(session):
    return {name: value for name, value in session.items() if name not in VARIES}


def test_every_credential_gets_what_its_status_url_says(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    status = visitor.get(visitor.session["status_url"])
    for headers in ways_to_say(visitor):
        answer = ask(live_url, headers)
        assert answer.status == 200
        assert set(answer.json) == set(status.json)
        assert without_what_varies(answer.json) == without_what_varies(status.json)
        head = ask(live_url, headers, "HEAD")
        for each in (answer, head):
            assert each.headers["Cache-Control"] == status.headers["Cache-Control"] == "no-store"
            assert "Set-Cookie" not in each.headers
        assert (head.status, head.headers["Content-Type"]) == (200, "application/json")
    asked_of_the_bakery = 0
    assert visitor.get(PATH).json["request_count"] == asked_of_the_bakery

    visitor.post("/api/demo/session/destroy")

    for headers in ways_to_say(visitor):
        refused = ask(live_url, headers)
        assert (refused.status, refused.code) == (401, "session_destroyed")
        assert "terminado" in refused.json["detail"]


def test_a_pending_session_is_returned_as_current(live_system, live_url):
    ready_pool(live_system)
    visitors = []
    while not visitors or visitors[-1].session["status"] != "pending":
        assert len(visitors) < 20, "twenty in a row are more than a pool of three"
        visitors.append(Prospect(live_url).open("central_baker", wait=False))
    answer = visitors[-1].get(PATH)
    assert (answer.status, answer.json["session_id"]) == (200, visitors[-1].session["session_id"])
    assert (answer.json["progress"] is None) == (answer.json["status"] == "active")
    for visitor in visitors:
        visitor.post("/api/demo/session/destroy")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "session_required"),
        ({"Authorization": "Bearer forged"}, "token_invalid"),
        ({"Cookie": "demo_session=forged"}, "token_invalid"),
        ({"X-Demo-Session-Id": "demo_" + "x" * 32}, "session_unknown"),
    ],
)
def test_a_request_without_a_valid_credential_gets_no_session_data(live_url, headers, code):
    refused = ask(live_url, headers)
    assert (refused.status, refused.code) == (401, code)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "demo_x" not in refused.json["detail"]


def test_credentials_of_two_different_sessions_are_refused(live_system, live_url):
    ready_pool(live_system)
    mine, other = (Prospect(live_url).open(model) for model in ("individual_bakery",) * 2)
    headers = {"X-Demo-Session-Id": other.session["session_id"]}
    refused = mine.request("GET", PATH, headers=headers)
    assert (refused.status, refused.code) == (401, "conflicting_credentials")
    for visitor in (mine, other):
        visitor.post("/api/demo/session/destroy")
