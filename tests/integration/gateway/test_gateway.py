"""The whole gateway, on a real Valkey and in front of a small app."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Response

from gateway import SESSION_ERROR_KEY, SESSION_KEY, TENANT_HEADER, Refusal, Refused

Code = Callable[[TestResponse], str]
SECOND = timedelta(seconds=1)


def test_an_active_session_reaches_the_app_with_its_tenant(world: Any) -> None:
    record = world.open()
    response = world.get(record)
    assert response.text == "app"
    (environ,) = world.seen
    assert environ[TENANT_HEADER] == str(record.tenant_id)
    assert environ[SESSION_KEY] == record
    assert SESSION_ERROR_KEY not in environ


@pytest.mark.parametrize("way", ["bearer", "header", "cookie"])
def test_each_way_to_name_a_session_works(world: Any, way: str) -> None:
    record = world.open()
    token = world.tokens.issue(record.session_id, record.expires_at)
    headers = {
        "bearer": {"Authorization": f"Bearer {token}"},
        "header": {"X-Demo-Session-Id": record.session_id},
        "cookie": {"Cookie": f"demo_session={token}", "Sec-Fetch-Site": "same-origin"},
    }[way]
    assert world.call("POST", "/api/orders", json={}, headers=headers).status_code == 200
    assert world.seen[0][TENANT_HEADER] == str(record.tenant_id)


def test_a_client_cannot_name_a_tenant(world: Any) -> None:
    mine, other = world.open(), world.open()
    forged = {"X-Tenant-Id": str(other.tenant_id), "X-Tenant_Id": "x", "x-tenantid": "x"}
    world.call("GET", "/api/tenant", headers=world.bearer(mine) | forged)
    world.call("GET", "/api/demo/accounts", headers=forged)
    world.call("GET", "/docs", headers=forged)
    session, optional, page = world.seen
    assert session[TENANT_HEADER] == str(mine.tenant_id)
    assert not [key for key in session if "TENANT" in key and key != TENANT_HEADER]
    for environ in (optional, page):
        assert not [key for key in environ if "TENANT" in key]


@pytest.mark.parametrize("path", ["/docs", "/static/app.css", "/health", "/ops/rq"])
def test_a_public_page_gets_no_session(world: Any, path: str) -> None:
    record = world.open()
    assert world.call("GET", path).status_code == 200
    assert world.get(record, path).status_code == 200
    assert world.call("GET", path, headers={"Authorization": "Bearer x"}).status_code == 200
    for environ in world.seen:
        assert not {TENANT_HEADER, SESSION_KEY, SESSION_ERROR_KEY} & set(environ)
    assert world.asked == []


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_without_a_session_the_api_reveals_nothing(world: Any, code: Code, method: str) -> None:
    response = world.call(method, "/api/forecasting/models")
    assert (response.status_code, code(response)) == (401, "session_required")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Cache-Control"] == "no-store"
    assert world.seen == []


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("DELETE", "/api/orders/1", "demo_restriction"),
        ("PATCH", "/api/orders/1", "demo_restriction"),
        ("POST", "/api/recipes", "demo_restriction"),
        ("PUT", "/api/auth/password", "demo_restriction"),
        ("GET", "/api/billing/invoices", "demo_restriction"),
        ("GET", "/api/forecasting/models", "forecast_unavailable"),
        ("DELETE", "/nowhere", "demo_restriction"),
    ],
)
@pytest.mark.parametrize("status", ["active", "pending"])
def test_a_refused_operation_is_refused_to_a_session(
    world: Any, code: Code, method: str, path: str, expected: str, status: str
) -> None:
    record = world.open(status=status)
    response = world.call(method, path, headers=world.bearer(record))
    assert (response.status_code, code(response)) == (403, expected)
    assert world.seen == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/customers"),
        ("PUT", "/api/customers/1"),
        ("PUT", "/api/customers/1/standing-order"),
        ("POST", "/api/standing-orders/runs"),
    ],
)
def test_a_demo_is_told_what_an_account_of_its_own_does(world: Any, method: str, path: str) -> None:
    response = world.call(method, path, json={}, headers=world.bearer(world.open()))
    assert (response.status_code, response.json["code"]) == (403, "demo_restriction")
    assert "En la demo" in response.json["detail"]
    assert "En tu cuenta" in response.json["detail"]
    assert world.seen == []


@pytest.mark.parametrize(
    "path", ["/api/pos/session/open", "/api/pos/session/close", "/api/pos/sales/1/returns"]
)
def test_a_demo_counts_its_till_and_takes_goods_back(world: Any, path: str) -> None:
    assert world.call("POST", path, json={}, headers=world.bearer(world.open())).status_code == 200
    assert len(world.seen) == 1


def test_a_cookie_delete_and_a_cross_site_request_have_different_codes(
    world: Any, code: Code
) -> None:
    token = world.bearer(world.open())["Authorization"].removeprefix("Bearer ")
    cookie = {"Cookie": f"demo_session={token}"}
    assert code(world.call("DELETE", "/api/orders/1", headers=cookie)) == "demo_restriction"
    assert code(world.call("POST", "/api/orders", json={}, headers=cookie)) == "csrf_refused"
    assert world.call("GET", "/api/orders", headers=cookie).status_code == 200


def test_an_unlisted_page_is_absent_without_a_session(world: Any, code: Code) -> None:
    response = world.call("GET", "/wp-login.php")
    assert (response.status_code, code(response)) == (404, "not_found")


def test_an_unknown_api_path_is_for_the_app_to_deny(world: Any) -> None:
    assert world.get(world.open(), "/api/nothing").status_code == 200


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("expired", (401, "session_expired")),
        ("destroyed", (401, "session_destroyed")),
        ("failed", (401, "session_failed")),
        ("pending", (409, "session_pending")),
    ],
)
@pytest.mark.parametrize("cached", [True, False])
def test_a_session_that_is_not_active_is_refused(
    world: Any, code: Code, status: str, expected: tuple[int, str], cached: bool
) -> None:
    record = world.open(status=status, tenant_id=None)
    if cached:
        world.store.put(record)
    response = world.get(record)
    assert (response.status_code, code(response)) == expected
    assert ("Retry-After" in response.headers) == (status == "pending")
    assert world.seen == []


def test_unknown_forged_and_expired_credentials_have_different_codes(
    world: Any, code: Code
) -> None:
    record = world.open()
    bearer = world.bearer(record)
    world.rows.clear()
    assert code(world.call("GET", "/api/tenant", headers=bearer)) == "session_unknown"
    forged = {"Authorization": bearer["Authorization"] + "x"}
    assert code(world.call("GET", "/api/tenant", headers=forged)) == "token_invalid"
    world.now = record.expires_at
    assert code(world.call("GET", "/api/tenant", headers=bearer)) == "session_expired"
    assert world.seen == []


@pytest.mark.parametrize("redis_is_away", [True, False])
def test_a_session_is_refused_from_the_instant_of_its_expiry(
    world: Any, code: Code, redis_is_away: bool
) -> None:
    record = world.open()
    if redis_is_away:
        world.seconds = -100.0
        world.breaker.record_failure("test", OSError())
        world.seconds = -99.9
    headers = {"X-Demo-Session-Id": record.session_id}
    world.now = record.expires_at - timedelta(microseconds=1)
    assert world.call("GET", "/api/tenant", headers=headers).status_code == 200
    for late in (timedelta(0), timedelta(microseconds=1), SECOND, timedelta(days=9)):
        world.now = record.expires_at + late
        response = world.call("GET", "/api/tenant", headers=headers)
        assert (response.status_code, code(response)) == (401, "session_expired")
    assert len(world.seen) == 1


def test_a_destroyed_session_is_refused_at_once(world: Any, code: Code) -> None:
    record = world.open()
    assert world.get(record).status_code == 200
    world.store.forget(record.session_id)
    assert code(world.get(record)) == "session_destroyed"


def test_a_public_endpoint_gets_the_session(world: Any) -> None:
    for record in (world.open(), world.open(status="pending", tenant_id=None)):
        world.call("POST", "/api/demo/session/extend", headers=world.bearer(record))
        environ = world.seen.pop()
        assert environ[SESSION_KEY] == record
        assert not {TENANT_HEADER, SESSION_ERROR_KEY} & set(environ)


@pytest.mark.parametrize(
    "expected",
    [
        "session_expired",
        "session_unknown",
        "token_invalid",
        "csrf_refused",
        "conflicting_credentials",
        "unavailable",
    ],
)
def test_a_bad_credential_on_a_public_endpoint_is_passed_on_as_an_error(
    world: Any, away: Any, expected: str
) -> None:
    record = world.open()
    headers = world.bearer(record)
    if expected == "session_expired":
        world.now = record.expires_at
    if expected == "session_unknown":
        world.rows.clear()
    if expected == "token_invalid":
        headers = {"Authorization": "Bearer x"}
    if expected == "csrf_refused":
        headers = {"Cookie": "demo_session=" + headers["Authorization"].split()[1]}
    if expected == "conflicting_credentials":
        headers |= {"X-Demo-Session-Id": world.open().session_id}
    if expected == "unavailable":
        world.fallback = away
    assert world.call("POST", "/api/demo/session/create", headers=headers).status_code == 200
    (environ,) = world.seen
    assert environ[SESSION_ERROR_KEY] == expected
    assert not {TENANT_HEADER, SESSION_KEY} & set(environ)


def test_without_a_credential_a_public_endpoint_gets_no_session(world: Any) -> None:
    world.call("POST", "/api/demo/session/create")
    assert not {SESSION_KEY, SESSION_ERROR_KEY} & set(world.seen[0])


def test_head_has_the_headers_of_a_refusal_and_no_body(world: Any) -> None:
    response = world.call("HEAD", "/api/tenant")
    assert response.status_code == 401
    assert response.data == b""
    assert int(response.headers["Content-Length"]) > 0


def test_a_body_reaches_the_app_untouched(world: Any) -> None:
    body = b'{"lines": []}'

    def read(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]

    world.app = read
    headers = world.bearer(world.open())
    assert world.call("POST", "/api/orders", data=body, headers=headers).data == body


def test_only_admitted_requests_of_sessions_are_counted(world: Any) -> None:
    record, other = world.open(), world.open()
    for _ in range(3):
        world.get(record)
    world.get(other)
    world.get(record, "/docs")
    world.get(record, "/api/demo/accounts")
    world.get(record, "/api/forecasting/models")
    world.call("GET", "/api/tenant")
    assert world.counted() == {record.id: 3, other.id: 1}


def test_a_guard_is_one_more_condition(world: Any, code: Code) -> None:
    limited = Refusal(429, "rate_limited", "Espera un momento.", retry_after=3)
    guarded: list[Any] = []

    def guard(environ: Any, record: Any) -> None:
        guarded.append(record)
        if len(guarded) > 1:
            raise Refused(limited)

    world.gateway = world.make_gateway(guards=[guard])
    record = world.open()
    assert world.get(record).status_code == 200
    response = world.get(record)
    assert (response.status_code, code(response)) == (429, "rate_limited")
    assert response.headers["Retry-After"] == "3"
    world.get(record, "/api/forecasting/models")
    assert guarded == [record, record]
    assert world.counted() == {record.id: 1}


@pytest.mark.parametrize("method", ["delete", "Delete"])
def test_a_method_in_lower_case_is_the_same_method(world: Any, code: Code, method: str) -> None:
    headers = world.bearer(world.open())
    builder = EnvironBuilder(path="/api/orders/1", headers=headers)
    environ = builder.get_environ() | {"REQUEST_METHOD": method}
    _, status, _ = run_wsgi_app(world.gateway, environ)
    assert status == "403 Forbidden"
    assert world.seen == []


def test_method_override_headers_are_ignored(world: Any) -> None:
    record = world.open()
    headers = world.bearer(record) | {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/x"}
    world.call("GET", "/api/orders/1?_method=DELETE&a=1", headers=headers)
    (environ,) = world.seen
    assert environ["QUERY_STRING"] == "a=1"
    assert not [key for key in environ if "OVERRIDE" in key or "ORIGINAL" in key]


OWN_FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["/demo/caja", "/demo/abrir", "/entrar"])
def test_a_form_is_taken_from_our_own_pages_only(world: Any, code: Code, path: str) -> None:
    record = world.open()
    cookie = world.tokens.issue(record.session_id, record.expires_at)
    headers = OWN_FORM | {"Cookie": f"demo_session={cookie}"}
    assert world.call("POST", path, data="a=1", headers=headers).status_code == 200
    for changes in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Content-Type": "application/json"},
    ):
        answer = world.call("POST", path, data="{}", headers=headers | changes)
        assert (answer.status_code, code(answer)) == (403, "csrf_refused")
    bare = {name: value for name, value in headers.items() if name != "Sec-Fetch-Site"}
    assert code(world.call("POST", path, data="a=1", headers=bare)) == "csrf_refused"
    assert len(world.seen) == 1


def test_a_form_is_refused_where_json_is_meant(world: Any, code: Code) -> None:
    record = world.open()
    cookie = world.tokens.issue(record.session_id, record.expires_at)
    headers = OWN_FORM | {"Cookie": f"demo_session={cookie}"}
    assert code(world.call("POST", "/api/orders", data="a=1", headers=headers)) == "csrf_refused"


def test_a_refusal_is_a_page_where_one_is_given(world: Any, code: Code) -> None:
    def pages(refusal: Refusal, environ: Any) -> Any:
        return Response(refusal.code, 410) if "html" in environ.get("HTTP_ACCEPT", "") else None

    world.gateway = world.make_gateway(pages=pages)
    shown = world.call("GET", "/demo/caja", headers={"Accept": "text/html"})
    assert (shown.status_code, shown.text) == (410, "session_required")
    assert "X-Request-Id" in shown.headers
    assert code(world.call("GET", "/demo/caja")) == "session_required"
