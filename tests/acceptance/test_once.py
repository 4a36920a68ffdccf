"""A session's own POSTs under an `Idempotency-Key`: one effect, however often they are sent."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool

CREATE = {"demo_account_type": "individual_bakery"}


def keyed(prospect, path, body=None, key=None):
    headers = {"Idempotency-Key": key or uuid4().hex}
    return prospect.request("POST", path, body or {}, headers)


@pytest.fixture
def visitor(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    yield visitor
    visitor.post("/api/demo/session/destroy")


def test_a_session_is_opened_once_for_a_key(live_system, live_url):
    ready_pool(live_system)
    key = uuid4().hex
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(
                lambda _: keyed(Prospect(live_url), "/api/demo/session/create", CREATE, key),
                range(4),
            )
        )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["session_id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    visitor = Prospect(live_url, answers[0].json["session_token"], answers[0].json)
    assert visitor.wait_until_active().get("/api/tenant").status == 200

    other = keyed(visitor, "/api/demo/session/create", CREATE | {"city": "Teruel"}, key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    visitor.post("/api/demo/session/destroy")
    ended = keyed(Prospect(live_url), "/api/demo/session/create", CREATE, key)
    assert (ended.status, ended.code) == (401, "session_expired")


def test_a_key_that_a_neighbour_could_guess_is_refused(live_url):
    refused = keyed(Prospect(live_url), "/api/demo/session/create", CREATE, "clave-1")
    assert (refused.status, refused.code) == (422, "validation_error")
    assert "16" in refused.json["errors"]["headers"]["Idempotency-Key"][0]


def test_an_extension_is_given_once_for_a_key(visitor):
    key = uuid4().hex
    answers = [keyed(visitor, "/api/demo/session/extend", key=key) for _ in range(3)]
    assert [answer.json["extensions"] for answer in answers] == [1, 1, 1]
    assert len({answer.json["expires_at"] for answer in answers}) == 1
    assert keyed(visitor, "/api/demo/session/extend").json["extensions"] == 2


def test_a_reset_is_done_once_for_a_key(visitor):
    key = uuid4().hex
    assert keyed(visitor, "/api/demo/session/reset", key=key).status == 200
    sale = visitor.sell().json
    again = keyed(visitor, "/api/demo/session/reset", key=key)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert visitor.get(f"/api/pos/sales/{sale['id']}").status == 200
    assert keyed(visitor, "/api/demo/session/reset").status == 200
    assert visitor.get(f"/api/pos/sales/{sale['id']}").status == 404
