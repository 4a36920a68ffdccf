"""A session that adds too many rows is refused, and other sessions are not affected."""

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.fixture(scope="module")
def narrow(live_system):
    """A web server that lets a session add a few rows only, and sessions on it."""
    with live_system.web(TENANT_ROWS="30") as url:
        visitors = []
        for _ in range(3):
            ready_pool(live_system)
            visitors.append(Prospect(url).open("individual_bakery"))
        yield visitors
        for visitor in visitors:
            visitor.post("/api/demo/session/destroy")


def tickets(visitor):
    return visitor.get("/api/pos/sales?per_page=1").json["total"]


def sell_until_refused(visitor):
    """Return the number of sales before one was refused, and the refusal."""
    for sold in range(30):
        answer = visitor.sell()
        if answer.status != 201:
            return sold, answer
    raise AssertionError("thirty sales are more than thirty rows")


def test_a_session_that_adds_too_many_rows_is_told_and_others_do_not_notice(narrow):
    greedy, other, _ = narrow
    before = tickets(greedy)

    sold, refused = sell_until_refused(greedy)

    assert sold > 1
    assert (refused.status, refused.code) == (429, "quota_exceeded")
    assert refused.json["detail"].startswith("Has añadido muchos datos a esta demo")
    assert tickets(greedy) == before + sold, "what was refused was not written"
    assert greedy.sell().code == "quota_exceeded"
    assert greedy.get("/api/pos/products").status == 200
    assert other.sell().status == 201


def test_a_reset_in_place_sets_the_row_count_to_zero(narrow):
    _, _, greedy = narrow
    sold, _ = sell_until_refused(greedy)
    tenant = greedy.session["virtual_tenant_id"]

    reset = greedy.post("/api/demo/session/reset")

    assert (reset.status, reset.json["virtual_tenant_id"]) == (200, tenant), "in place"
    assert sell_until_refused(greedy)[0] == sold
