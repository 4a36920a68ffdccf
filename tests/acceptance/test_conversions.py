"""A visitor becomes a customer: said by operators or by a CRM's signature, counted once."""

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
import requests
from standardwebhooks import Webhook

from tests.acceptance.client import Prospect
from tests.acceptance.test_lifecycle import demo
from tests.acceptance.test_visit import ready_pool

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

SECRET = "whsec_" + b64encode(b"a secret that a CRM and we share").decode()
OPERATOR = ("ops", "ops-password-for-tests")


@pytest.fixture(scope="module")
def url(live_system):
    with live_system.web(CONVERT_SECRET=SECRET) as address:
        yield address


@pytest.fixture
def session(live_system):
    """The row of a session that is open."""
    ready_pool(live_system)
    visitor = Prospect(live_system.url).open("individual_bakery")
    with psycopg.connect(live_system.database_url) as owner:
        statement = "SELECT id FROM control.demo_sessions WHERE session_id = %s"
        return str(owner.execute(statement, [visitor.session["session_id"]]).fetchone()[0])


def say(url, session, *, of=None, at=None, secret=SECRET, **given):
    """Send a request that is signed for a session, with its id in the body."""
    body = json.dumps({"session": of or session})
    moment, message = at or datetime.now(UTC), f"msg_{uuid4().hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, moment, body),
        **given,
    }
    address = f"{url}/api/demo/session/{session}/convert"
    return requests.post(address, data=body, headers=headers, timeout=30)


def test_a_crm_that_says_it_often_says_it_once(url, session):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: say(url, session), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["is_new"] for answer in answers].count(True) == 1
    assert len({answer.json()["converted_at"] for answer in answers}) == 1


def test_only_who_may_say_it(url, live_system, session):
    other = "whsec_" + b64encode(b"a secret of another installation").decode()
    old = datetime.now(UTC) - timedelta(hours=1)
    refused = [
        requests.post(f"{url}/api/demo/session/{session}/convert", timeout=30),
        say(url, session, secret=other),
        say(url, session, of=str(uuid4())),
        say(url, session, at=old),
        say(url, session, **{"webhook-signature": "v1,é"}),
        say(live_system.url, session),  # which has no secret
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (401, "ops_required")
    ] * len(refused)
    assert say(url, session).json()["is_new"]


def test_operators_say_it_over_http_and_on_the_command_line(url, live_system, session):
    address = f"{url}/api/demo/session/{session}/convert"
    answer = requests.post(address, auth=OPERATOR, timeout=30)
    assert (answer.status_code, answer.json()["is_new"]) == (200, True)
    code, out, _ = demo(live_system, "converted", session, "--json")
    assert (code, json.loads(out)["new"]) == (0, False)
    unknown = requests.post(address.replace(session, str(uuid4())), auth=OPERATOR, timeout=30)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "session_unknown")
