"""Schemathesis sends what the OpenAPI document allows and what it does not, through the gateway.

`FUZZ_REQUESTS` asks for more of it and of `test_attacks.py`: with 2,500 they are ten thousand.
"""

import hashlib
from contextlib import suppress
from itertools import islice

import psycopg
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from psycopg import sql
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.acceptance.client import Prospect
from tests.acceptance.test_attacks import NO_LIMITS, REQUESTS, Visitor
from tests.acceptance.test_visit import ready_pool

RANDOM = max(2, REQUESTS // 250)
"""Random requests of each kind for each operation, after those that cover its schema."""

COVERED = None if REQUESTS >= 2500 else 5
"""How many requests of a kind are sent of those that cover an operation; all where it is `None`."""

GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CONFORMS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
CHANGES = {
    "POST /api/pos/sales",
    "PUT /api/pos/sales/{sale_id}",
    "POST /api/pos/sales/{sale_id}/returns",
    "POST /api/pos/session/open",
    "POST /api/pos/session/close",
    "POST /api/orders",
    "PUT /api/orders/{order_id}",
    "POST /api/inventory/adjustments",
    "POST /api/procurement/runs",
}
"""What a session may change, listed here independently of the gateway's policy."""

SESSIONS = {
    "POST /api/demo/session/create",
    "POST /api/demo/session/extend",
    "POST /api/demo/session/reset",
    "POST /api/demo/session/destroy",
    "POST /api/demo/session/shares",
    "POST /api/demo/session/shares/{share}/revoke",
    "POST /api/demo/shares/open",
    "POST /api/auth/login",
}
"""The operations that begin, change, share and end sessions."""

STREAM = "GET /api/demo/session/current/events"
"""With a good credential it lasts as long as a stream may; `test_sharing.py` follows it."""

TOO_LONG = 414
"""The web server's own answer to a bad request line, which does not reach the app."""


class Attacker:
    """Sends generated requests on one connection, and keeps what was wrong with the answers."""

    def __init__(self, document, token=None, known=None):
        load_all_checks()
        self.document = document
        self.checks = [CHECKS.get_one(name) for name in CONFORMS]
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.known = known or {}
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.hooks["response"].append(self.count)
        self.sent, self.wrong, self.admitted = 0, [], set()

    def count(self, _answer, **_):
        self.sent += 1

    def cover(self, operation, *modes, most=None):
        """The parts of the operation's schema, well and badly filled in: all, or so many."""
        config = self.document.config.generation_for(operation=operation, phase="coverage")
        for mode in modes:
            cases = self.document.iter_coverage_cases(
                operation, generation_modes=[mode], generation_config=config
            )
            for case in islice(cases, most):
                self.send(case)

    def try_at_random(self, operation, mode):
        few = settings(
            max_examples=RANDOM,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        with suppress(Unsatisfiable):  # the operation has nothing that could be wrong
            few(given(operation.as_strategy(generation_mode=mode))(self.send))()

    def send(self, case):
        for name in case.path_parameters.keys() & self.known.keys():
            if self.sent % 2:  # else a row that does not exist hides what comes after it
                case.path_parameters[name] = self.known[name]
        answer = case.call(session=self.http, headers=self.headers, timeout=30)
        if answer.status_code < 400 and case.method.upper() == case.operation.method.upper():
            self.admitted.add(case.operation.label)
        if answer.status_code == TOO_LONG:
            return
        try:
            case.validate_response(answer, checks=self.checks)
        except FailureGroup as error:
            self.wrong.append(f"{case.operation.label}: {error}\n{case.as_curl_command()[:500]}")


@pytest.fixture(scope="module")
def open_house(live_system):
    """A web server without limits, and two sessions on it: one attacks, one looks on."""
    with live_system.web(**NO_LIMITS) as url:
        visitors = []
        for _ in range(2):
            ready_pool(live_system)
            visitors.append(Visitor(url))
        yield url, schemathesis.openapi.from_url(f"{url}/openapi.json"), visitors
        for visitor in visitors:
            visitor.prospect.post("/api/demo/session/destroy")
            for connection in visitor.connections:
                connection.close()


def operations(document, which):
    found = [result.ok() for result in document.get_all_operations()]
    return [each for each in found if which(each) and each.label != STREAM]


def digest(live_system, *schemas):
    """A digest of every row of the schemas."""
    with psycopg.connect(live_system.database_url) as owner:
        known = hashlib.sha256()
        for schema in schemas:
            tables = owner.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
                " AND relkind = 'r' ORDER BY relname",
                [schema],
            ).fetchall()
            assert len(tables) > 20
            for (table,) in tables:
                name = sql.Identifier(schema, table)
                rows = sql.SQL("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t")
                known.update(repr(owner.execute(rows.format(name)).fetchone()).encode())
        return known.hexdigest()


def schema_of(visitor):
    return f"demo_{visitor.prospect.session['virtual_tenant_id'].replace('-', '')}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_valid_and_invalid_requests_of_the_document_do_no_harm(live_system, open_house):
    _, document, (mine, other) = open_house
    own, foreign = schema_of(mine), (schema_of(other), "template_central_baker")
    before, elsewhere = digest(live_system, own), digest(live_system, *foreign)
    sale = mine.prospect.get("/api/pos/sales").json["items"][0]["id"]
    visitor = Attacker(document, mine.prospect.token, {"order_id": mine.order, "sale_id": sale})
    stranger = Attacker(document)

    reading = operations(document, lambda op: op.label not in CHANGES | SESSIONS)
    for operation in reading:
        visitor.cover(operation, BAD, GOOD, most=COVERED)
        visitor.try_at_random(operation, BAD)
        visitor.try_at_random(operation, GOOD)
    for operation in operations(document, lambda op: op.label not in SESSIONS):
        stranger.cover(operation, BAD, GOOD, most=COVERED)
    assert visitor.wrong + stranger.wrong == []
    assert digest(live_system, own) == before, "reading, or a stranger, changed something"
    assert not CHANGES & stranger.admitted
    closed = ("/api/forecasting/", "/api/auth/password")
    assert not [label for label in visitor.admitted if label.split()[1].startswith(closed)]

    for operation in operations(document, lambda op: op.label in CHANGES):
        visitor.cover(operation, BAD)
        visitor.try_at_random(operation, BAD)
        if operation.label not in visitor.admitted:
            assert digest(live_system, own) == before, f"{operation.label} changed something"
        visitor.cover(operation, GOOD)
        visitor.try_at_random(operation, GOOD)
        before = digest(live_system, own)
    assert visitor.wrong == []
    assert digest(live_system, *foreign) == elsewhere, "another's bakery, or the template, changed"
    assert other.canary in other.prospect.get(f"/api/orders/{other.order}").json["notes"]
    assert visitor.sent + stranger.sent >= (2 * REQUESTS if COVERED is None else REQUESTS // 2)


@pytest.mark.parametrize("postgres", ["18"], indirect=True)
def test_session_endpoints_do_no_harm_to_another_session(live_system, open_house):
    url, document, (_, other) = open_house
    kept = digest(live_system, schema_of(other))
    attackers = []
    for operation in operations(document, lambda op: op.label in SESSIONS):
        ready_pool(live_system)
        token = Prospect(url).open("individual_bakery").token
        attackers += [Attacker(document, token), Attacker(document)]
        for attacker in attackers[-2:]:
            attacker.cover(operation, BAD, GOOD)
        Prospect(url, token=token).post("/api/demo/session/destroy")
    assert [wrong for attacker in attackers for wrong in attacker.wrong] == []
    assert other.prospect.get("/api/tenant").status == 200
    assert digest(live_system, schema_of(other)) == kept
