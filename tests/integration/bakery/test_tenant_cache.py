"""Figures that are asked for again and again are kept in Redis, as long as they are true."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from redis import Redis

from app.bakery.clock import today
from app.control.sessions.caller import SESSION_KEY
from app.database.tenant_cache import KEEP_SECONDS, MOST_BYTES, TenantCache, cache_key
from app.db import TENANTS
from tests.integration.bakery.ledger import sale

PATHS = {
    "inventory_summary": "/inventory/summary",
    "till_session": "/pos/session",
    "recent_sales": "/pos/sales",
}
ORDER = {
    "customer_id": 1,
    "due_on": today().isoformat(),
    "lines": [{"product_id": 1, "quantity": 1}],
}
ADJUSTMENT = {"ingredient_id": 1, "quantity": 1, "reason": "x"}


@pytest.fixture
def redis(redis_server: str, app, monkeypatch) -> Iterator[Redis]:
    with Redis.from_url(redis_server) as client:
        client.flushdb()
        tenants = replace(app.extensions[TENANTS], cache=TenantCache(client))
        monkeypatch.setitem(app.extensions, TENANTS, tenants)
        yield client


def get(api, path, minutes=30.0, **options):
    """Read as a session that ends in so many minutes."""
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    session = {SESSION_KEY: SimpleNamespace(expires_at=end)}
    answer = api.call("GET", path, environ_overrides=session, **options)
    assert answer.status == 200, answer.body
    return answer.body


def fields(redis, api):
    return {name.decode() for name in redis.hkeys(cache_key(api.tenant_id))}


def test_a_second_read_asks_the_database_nothing(redis, central):
    for name, path in PATHS.items():
        first = get(central, path)
        with central.statements() as seen:
            assert get(central, path) == first
        assert seen == []
        assert redis.hget(cache_key(central.tenant_id), name)
    assert fields(redis, central) == {*PATHS, "generation"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/pos/sales", sale((1, 1))),
        ("PUT", "/pos/sales/{}", {"payment_method": "card"}),
        ("POST", "/inventory/adjustments", ADJUSTMENT),
        ("POST", "/orders", ORDER),
        ("POST", "/procurement/runs", {}),
    ],
)
def test_a_write_drops_what_it_may_change(redis, central, method, path, body):
    ticket = central.post("/pos/sales", sale((1, 1)))["id"]
    for each in PATHS.values():
        get(central, each)
    assert central.call(method, path.format(ticket), json=body).status in (200, 201)
    assert not redis.exists(cache_key(central.tenant_id))
    for each in PATHS.values():
        assert get(central, each) == central.get(each).body


def test_a_write_that_is_refused_and_a_read_drop_nothing(redis, central):
    get(central, "/pos/sales")
    assert central.post("/pos/sales", sale((1, 1000))).status == 409
    central.get("/pos/products")
    assert "recent_sales" in fields(redis, central)


def test_questions_with_parameters_are_not_kept(redis, individual):
    get(individual, "/pos/sales", query_string={"per_page": 2})
    get(individual, "/pos/session", query_string={"location_id": 1})
    assert not redis.exists(cache_key(individual.tenant_id))
    first = get(individual, "/pos/sales", query_string={"page": 1, "per_page": 25})
    assert "recent_sales" in fields(redis, individual)
    assert get(individual, "/pos/sales") == first
    assert get(individual, "/pos/sales", query_string={"per_page": 1})["per_page"] == 1


def test_nothing_outlives_its_session_or_a_minute(redis, individual):
    get(individual, "/pos/sales", minutes=0.1)
    assert 0 < redis.pttl(cache_key(individual.tenant_id)) <= 6_000
    redis.flushdb()
    get(individual, "/pos/sales")
    assert 0 < redis.pttl(cache_key(individual.tenant_id)) <= KEEP_SECONDS * 1000


def test_a_tenant_without_a_session_keeps_nothing(redis, individual):
    individual.get("/pos/sales")
    assert not redis.exists(cache_key(individual.tenant_id))


def test_what_was_read_before_a_change_is_not_kept_after_it(redis, individual):
    cache = TenantCache(redis)
    end = datetime.now(UTC) + timedelta(minutes=30)
    before = cache.read(individual.tenant_id, "recent_sales", end)
    cache.drop(individual.tenant_id)
    before.fill(b"old")
    assert cache.read(individual.tenant_id, "recent_sales", end).body is None
    before.fill(b"old")
    assert cache.read(individual.tenant_id, "recent_sales", end).body is None


def test_sales_at_once_never_leave_an_old_answer(redis, individual):
    with ThreadPoolExecutor(6) as pool:
        for _ in range(4):
            work = [lambda: individual.post("/pos/sales", sale((1, 1)))]
            work += [lambda: get(individual, "/pos/sales")] * 5
            list(pool.map(lambda each: each(), work))
            assert get(individual, "/pos/sales") == individual.get("/pos/sales").body


def test_a_session_takes_far_less_than_ten_megabytes(redis, individual):
    for path in PATHS.values():
        get(individual, path)
    key = cache_key(individual.tenant_id)
    assert redis.memory_usage(key) < 100_000
    cache, end = TenantCache(redis), datetime.now(UTC) + timedelta(minutes=30)
    for name in PATHS:
        cache.read(individual.tenant_id, name, end).fill(b"x" * MOST_BYTES)
    assert redis.memory_usage(key) < 10_000_000
    cache.read(individual.tenant_id, "more", end).fill(b"x" * (MOST_BYTES + 1))
    assert "more" not in fields(redis, individual)


def test_without_redis_the_database_is_asked_and_redis_left_alone_for_a_while(individual, app):
    refused = Redis.from_url("redis://127.0.0.1:1/0")
    cache, end = TenantCache(refused), datetime.now(UTC) + timedelta(minutes=30)
    assert cache.read(individual.tenant_id, "recent_sales", end).body is None
    refused.close()
    started = time.monotonic()
    for _ in range(100):
        cache.drop(individual.tenant_id)
    assert cache._retry_at > started
