"""Bad input is answered with the one error body, which has a code and a message."""

import base64
import hashlib
import hmac
import json

import pytest

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool

PROBLEM = {"type", "title", "status", "code", "detail"}


@pytest.fixture(scope="module")
def prospect(live_system):
    ready_pool(live_system)
    visitor = Prospect(live_system.url).open("individual_bakery")
    yield visitor
    visitor.post("/api/demo/session/destroy")


def assert_problem(answer, status, code):
    assert (answer.status, answer.code) == (status, code), answer.json
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert PROBLEM <= answer.json.keys() <= PROBLEM | {"errors"}
    assert answer.json["detail"].endswith((".", "!", "?"))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"demo_account_type": "bank"}, 422, "validation_error"),
        ({}, 422, "validation_error"),
        ({"demo_account_type": None}, 422, "validation_error"),
        ({"demo_account_type": "central_baker", "scenario": "luna"}, 422, "validation_error"),
        ([], 422, "validation_error"),
        (b'{"demo_account_type": "cen', 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"[" * 100_000, 400, "bad_request"),
        (b'"' + b"x" * 300_000 + b'"', 413, "body_too_large"),
    ],
)
def test_an_invalid_create_request_creates_nothing(live_system, live_url, body, status, code):
    before = Prospect(live_url).get("/api/demo/stats").json["total_sessions"]
    assert_problem(Prospect(live_url).post("/api/demo/session/create", body), status, code)
    assert Prospect(live_url).get("/api/demo/stats").json["total_sessions"] == before


def test_no_token_no_data(live_url):
    assert_problem(Prospect(live_url).get("/api/inventory/ingredients"), 401, "session_required")


@pytest.mark.parametrize("path", ["/api/tenant", "/api/pos/sales"])
def test_a_forged_token_opens_nothing(prospect, live_url, path):
    head, claims, signature = prospect.token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    own = hmac.new(b"x" * 32, f"{head}.{claims}".encode(), hashlib.sha256).digest()
    forged = base64.urlsafe_b64encode(own).rstrip(b"=").decode()
    for token in (
        f"{head}.{claims}.{forged}",
        f"{none}.{claims}.",
        f"{head}.{claims}.{signature[::-1]}",
        "nonsense",
        prospect.session["session_id"],
    ):
        assert_problem(Prospect(live_url, token=token).get(path), 401, "token_invalid")


def test_a_tenant_header_from_outside_changes_nothing(prospect, live_url):
    other = Prospect(live_url).open("central_baker")
    stolen = other.session["virtual_tenant_id"]
    for name in ("X-Tenant-Id", "X_Tenant_Id", "x-tenant-id", "X-Virtual-Tenant-Id"):
        seen = prospect.request("GET", "/api/tenant", headers={name: stolen})
        assert seen.status == 200
        assert "San Pablo" in json.dumps(seen.json, ensure_ascii=False)
        assert_problem(
            Prospect(live_url).request("GET", "/api/tenant", headers={name: stolen}),
            401,
            "session_required",
        )
    other.post("/api/demo/session/destroy")


def test_another_sessions_id_is_refused(prospect, live_url):
    other = Prospect(live_url).open("central_baker")
    for action in ("extend", "reset", "destroy"):
        answer = prospect.post(
            f"/api/demo/session/{action}", {"session_id": other.session["session_id"]}
        )
        assert_problem(answer, 403, "foreign_session")
    assert other.get("/api/tenant").status == 200
    other.post("/api/demo/session/destroy")


@pytest.mark.parametrize("session_id", ["demo_" + "x" * 32, "nope", "x" * 500, "%00", "😀"])
def test_an_unknown_session_is_not_found(live_url, session_id):
    from urllib.parse import quote

    answer = Prospect(live_url).get(f"/api/demo/session/{quote(session_id)}")
    assert answer.status in (400, 404)
    assert answer.json["code"] in ("session_unknown", "ambiguous_path")


@pytest.mark.parametrize("quantity", [-1, 0, "NaN", "1e400", True, None, 10**30, [1], 0.0001])
def test_a_sale_of_an_impossible_quantity_sells_nothing(prospect, quantity):
    product = prospect.sellable()
    tickets = prospect.get("/api/pos/sales").json["total"]
    line = {"product_id": product["id"], "quantity": quantity}
    answer = prospect.post("/api/pos/sales", {"lines": [line], "payment_method": "cash"})
    assert_problem(answer, 422, "validation_error")
    assert prospect.get("/api/pos/sales").json["total"] == tickets
    assert prospect.get(f"/api/pos/products/{product['id']}").json["stock"] == product["stock"]


def test_selling_more_than_the_stock_is_refused(prospect):
    product = prospect.sellable()
    line = {"product_id": product["id"], "quantity": product["stock"] + 1}
    answer = prospect.post("/api/pos/sales", {"lines": [line], "payment_method": "cash"})
    assert_problem(answer, 409, "insufficient_stock")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("page=0", 422, "validation_error"),
        ("page=-3", 422, "validation_error"),
        ("page=two", 422, "validation_error"),
        ("per_page=100000", 422, "validation_error"),
        ("page=9999", 404, "page_out_of_range"),
        ("sort=password", 422, "validation_error"),
        ("q=%00", 422, "validation_error"),
    ],
)
def test_a_list_with_invalid_parameters_is_refused(prospect, query, status, code):
    assert_problem(prospect.get(f"/api/inventory/ingredients?{query}"), status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("DELETE", "/api/pos/sales/1", 403, "demo_restriction"),
        ("PUT", "/api/auth/password", 403, "demo_restriction"),
        ("GET", "/api/forecasting/models", 403, "forecast_unavailable"),
        ("POST", "/api/recipes", 403, "demo_restriction"),
        ("GET", "/api/suppliers", 404, "module_unavailable"),
        ("GET", "/api/nothing/here", 404, "not_found"),
    ],
)
def test_a_forbidden_operation_is_refused_with_a_friendly_message(
    prospect, method, path, status, code
):
    body = {} if method in ("PUT", "POST") else None
    assert_problem(prospect.request(method, path, body), status, code)


def test_operators_pages_need_their_password(live_url):
    for path in ("/ops", "/ops/", "/ops/rq/", "/ops/rq/0/data/queues.json"):
        assert Prospect(live_url).get(path).status == 401
    right = base64.b64encode(b"ops:ops-password-for-tests").decode()
    wrong = base64.b64encode(b"ops:guess").decode()
    for path in ("/ops/", "/ops/rq/"):
        headers = {"Authorization": f"Basic {right}"}
        assert Prospect(live_url).request("GET", path, headers=headers).status == 200
        headers = {"Authorization": f"Basic {wrong}"}
        assert Prospect(live_url).request("GET", path, headers=headers).status == 401


def test_the_openapi_document_describes_every_operation(live_url):
    document = Prospect(live_url).get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for path in ("/api/demo/session/create", "/api/pos/sales", "/api/inventory/ingredients"):
        assert path in document["paths"]
