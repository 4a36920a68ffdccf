"""Security headers, and what is stored about a visitor after the visit."""

import psycopg
import pytest
import redis

from tests.acceptance.client import Prospect
from tests.acceptance.test_visit import ready_pool, wait_for

PAGES = ("/", "/api/demo/accounts", "/api/orders", "/no/such/page", "/docs", "/openapi.json")


@pytest.mark.parametrize("path", PAGES)
def test_every_response_has_security_headers(live_url, path):
    headers = Prospect(live_url).get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith(("default-src 'none'", "default-src 'self'"))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("strict-origin-when-cross-origin", "same-origin")
    assert "Strict-Transport-Security" not in headers
    assert "Access-Control-Allow-Origin" not in headers


def test_our_pages_have_no_inline_scripts_or_styles(live_url):
    for path in ("/", "/docs"):
        page = Prospect(live_url).get(path).json
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        for script in page.split("<script")[1:]:
            assert "src=" in script.partition(">")[0] or "application/json" in script


def test_behind_tls_hsts_is_set_and_listed_origins_are_allowed(live_system):
    origin = {"Origin": "https://crumb.example"}
    with live_system.web(TRUSTED_PROXIES="1", CORS_ORIGINS="https://crumb.example") as url:
        visitor = Prospect(url)
        tls = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        answer = visitor.request("GET", "/api/demo/accounts", headers=tls | origin)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert answer.headers["Access-Control-Allow-Origin"] == "https://crumb.example"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        asked = {**origin, "Access-Control-Request-Method": "POST"}
        assert visitor.request("OPTIONS", "/api/pos/sales", headers=asked).status == 204
        stranger = visitor.request("GET", "/health", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in stranger.headers


def test_metrics_are_refused_through_a_proxy(live_url):
    prospect = Prospect(live_url)
    assert "demo_sessions" in prospect.get("/metrics").json
    for header in ("X-Forwarded-For", "Forwarded"):
        answer = prospect.request("GET", "/metrics", headers={header: "for=203.0.113.9"})
        assert (answer.status, answer.code) == (404, "not_found")


def known_of(live_system, session):
    with psycopg.connect(live_system.database_url) as connection:
        return connection.execute(
            "SELECT host(ip_address), user_agent FROM control.demo_sessions WHERE session_id = %s",
            [session["session_id"]],
        ).fetchone()


def test_an_address_is_shortened_and_removed_after_the_session(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    address, agent = known_of(live_system, visitor.session)
    assert address == "127.0.0.0"
    assert agent.startswith("Python")
    visitor.post("/api/demo/session/destroy")
    assert wait_for(lambda: known_of(live_system, visitor.session) == (None, None), 20)


def test_a_forwarded_address_is_believed_from_configured_proxies_only(live_system, live_url):
    ready_pool(live_system)
    lie = {"X-Forwarded-For": "198.51.100.77"}
    body = {"demo_account_type": "individual_bakery"}
    plain = Prospect(live_url).request("POST", "/api/demo/session/create", body, lie).json
    assert known_of(live_system, plain)[0] == "127.0.0.0"
    with live_system.web(TRUSTED_PROXIES="1") as url:
        ready_pool(live_system)
        opened = Prospect(url).request("POST", "/api/demo/session/create", body, lie).json
        assert known_of(live_system, opened)[0] == "198.51.100.0"
    for session in (plain, opened):
        Prospect(live_url, token=session["session_token"]).post("/api/demo/session/destroy")


LASTING = {b"demo:events", b"demo:events:lost", b"demo:incidents", b"demo:measurements"}
"""Counts, and what waits to be counted."""


def content(client, name):
    """Return all that a key holds."""
    readers = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": client.xrange,
        b"none": lambda _: b"",
    }
    return repr(readers[client.type(name)](name)).encode()


def test_redis_keys_left_after_a_visit_are_anonymous_and_expire_within_a_day(live_system):
    ready_pool(live_system)
    visitor = Prospect(live_system.url).open("individual_bakery")
    product = visitor.sellable()
    line = {"product_id": product["id"], "quantity": 1}
    visitor.post("/api/pos/sales", {"lines": [line], "payment_method": "card"})
    Prospect(live_system.url, token="forged").get("/api/tenant")
    visitor.post("/api/demo/session/destroy")
    secrets = (visitor.session["session_id"].removeprefix("demo_"), visitor.token, "127.0.0.1")
    day, counts = 86_400_000, b"{gateway:activity}"
    with redis.Redis.from_url(live_system.redis_url) as client:
        assert wait_for(lambda: not list(client.scan_iter(counts + b"*")), 20)
        kept = [name for name in client.scan_iter() if not name.startswith(b"rq:")]
        assert any(name.endswith(b":forgotten") for name in kept)
        assert any(b"failures" in name for name in kept)
        assert any(b"demo:rows" in name for name in kept)
        for name in kept:
            lasts = client.pttl(name)
            # -2: gone by now; the activity of another visitor goes with the next cleanup
            assert lasts == -2 or 0 < lasts <= day or name.startswith(counts) or name in LASTING
            text = name + content(client, name)
            assert not [secret for secret in secrets if secret.encode() in text], name


def test_logs_carry_no_address_and_no_secret(live_system, live_url):
    ready_pool(live_system)
    visitor = Prospect(live_url).open("individual_bakery")
    visitor.get("/api/tenant")
    visitor.post("/api/demo/session/destroy")
    log = live_system.log.read_text()
    assert visitor.session["session_id"] not in log
    assert visitor.token not in log
    assert "127.0.0.1 -" not in log
