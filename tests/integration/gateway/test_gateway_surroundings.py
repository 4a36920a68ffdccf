"""What the gateway adds to a request: its id, log lines, caching headers, and error handling."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from werkzeug.test import TestResponse
from werkzeug.wsgi import ClosingIterator

from gateway import Refusal, Refused

Code = Callable[[TestResponse], str]


def test_every_answer_carries_one_request_id(world: Any) -> None:
    def answer(environ: Any, start_response: Any) -> list[bytes]:
        world.seen.append(environ)
        start_response("200 OK", [("X-Request-ID", "of-the-app"), ("A", "1")])
        return []

    world.app = answer
    for path, given in (("/docs", "given-by-client"), ("/demo", "bad id"), ("/api/x", "bad id")):
        response = world.call("GET", path, headers={"X-Request-Id": given})
        (request_id,) = response.headers.getlist("X-Request-Id")
        assert (request_id == given) == (given == "given-by-client")
    assert world.seen[0]["HTTP_X_REQUEST_ID"] == "given-by-client"


def test_responses_to_a_tenant_are_not_cached_by_shared_caches(world: Any) -> None:
    record = world.open()
    assert world.get(record).headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in world.get(record, "/docs").headers

    def cached(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("cache-control", "max-age=5")])
        return []

    world.app = cached
    assert world.get(record).headers.getlist("Cache-Control") == ["max-age=5"]


def test_log_lines_of_the_app_name_session_and_tenant_and_no_secret(world: Any) -> None:
    record = world.open()
    bound: list[dict[str, Any]] = []

    def stream() -> Iterator[bytes]:
        bound.append(structlog.contextvars.get_contextvars())
        yield b"x"

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return ClosingIterator(stream(), lambda: None)

    world.app = app
    response = world.call(
        "GET", "/api/tenant", headers=world.bearer(record) | {"X-Request-Id": "request-1"}
    )
    assert response.data == b"x"
    assert bound == [
        {
            "request_id": "request-1",
            "session": str(record.id),
            "tenant_id": str(record.tenant_id),
        }
    ]
    response.close()
    assert structlog.contextvars.get_contextvars() == {}
    assert record.session_id not in repr(record)


def test_the_log_context_starts_empty_for_each_request(world: Any) -> None:
    bound: list[dict[str, Any]] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        bound.append(structlog.contextvars.get_contextvars())
        start_response("200 OK", [])
        return []

    world.app = app
    with structlog.contextvars.bound_contextvars(tenant_id="left", session="left", of_server="x"):
        world.call("GET", "/docs")
    assert set(bound[0]) == {"request_id", "of_server"}


def test_the_log_context_ends_when_the_app_fails(world: Any) -> None:
    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise RuntimeError("broken app")

    world.app = broken
    with pytest.raises(RuntimeError, match="broken app"):
        world.get(world.open())
    assert structlog.contextvars.get_contextvars() == {}


def test_a_refusal_of_the_app_is_not_taken_for_the_gateways(world: Any) -> None:
    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise Refused(Refusal(418, "teapot", "No."))

    world.app = broken
    with pytest.raises(Refused):
        world.get(world.open())


def test_an_internal_error_of_the_gateway_refuses_the_request(
    world: Any, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(session_id: str) -> None:
        raise AssertionError("a bug")

    monkeypatch.setattr(world.sessions, "get", fault)
    with capture_logs() as lines:
        response = world.get(world.open())
    assert (response.status_code, code(response)) == (500, "internal_error")
    assert world.seen == []
    assert [line["action"] for line in lines] == ["gateway_failed"]


def test_a_refusal_is_logged_with_its_code_and_without_the_path(world: Any) -> None:
    secret = world.record().session_id
    with capture_logs() as lines:
        world.call("DELETE", f"/api/demo/session/{secret}", headers={"X-Demo-Session-Id": secret})
    assert [line["code"] for line in lines] == ["session_unknown"]
    assert secret not in repr(lines)


@pytest.mark.parametrize("carrier", ["::ffff:203.0.113.7", "64:ff9b::cb00:7107"])
def test_the_app_is_told_the_address_that_limits_count(world: Any, carrier: str) -> None:
    for path in ("/docs", "/api/demo/session/create"):
        world.call("GET", path, environ_base={"REMOTE_ADDR": carrier})
    assert [environ["REMOTE_ADDR"] for environ in world.seen] == ["203.0.113.7"] * 2
