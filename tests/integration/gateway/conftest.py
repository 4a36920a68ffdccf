"""A gateway on a real Valkey, with a clock, a database and an app that the test controls."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from redis import Redis
from werkzeug.test import Client, TestResponse

from gateway import (
    Activity,
    Gateway,
    RedisCircuitBreaker,
    RedisSessions,
    SessionRecord,
    Sessions,
    SessionTokens,
    Tally,
    connect_redis,
    merge,
)
from tests.fixtures.demo import POLICY

NOW = datetime(2030, 3, 1, 12, 0, 0, tzinfo=UTC)


class Away:
    """A lookup that fails as a database that is down."""

    def __call__(self, session_id: str) -> SessionRecord | None:
        raise ConnectionError("the database is away")


class World:
    """Everything around a gateway. Time stands still until the test moves it."""

    def __init__(self, redis_url: str) -> None:
        self.now = NOW
        self.seconds = 0.0
        self.redis: Redis = connect_redis(redis_url)
        self.failures = 0
        self.breaker = RedisCircuitBreaker(self.failed, monotonic=lambda: self.seconds)
        self.store = RedisSessions(self.redis, clock=self.clock)
        self.rows: dict[str, SessionRecord] = {}
        self.asked: list[str] = []
        self.fallback: Any = self.look_up
        self.sessions = Sessions(
            self.store, lambda sid: self.fallback(sid), self.clock, breaker=self.breaker
        )
        self.tokens = SessionTokens("s" * 32, clock=self.clock)
        self.activity = Activity(self.redis, breaker=self.breaker)
        self.seen: list[WSGIEnvironment] = []
        self.app: Any = self.echo
        self.gateway = self.make_gateway()

    def make_gateway(self, **changes: Any) -> Gateway:
        parts: dict[str, Any] = {
            "sessions": self.sessions,
            "tokens": self.tokens,
            "policy": POLICY,
            "activity": self.activity,
            "clock": self.clock,
        }
        return Gateway(lambda e, s: self.app(e, s), **(parts | changes))

    def clock(self) -> datetime:
        return self.now

    def failed(self, action: str) -> None:
        self.failures += 1

    def look_up(self, session_id: str) -> SessionRecord | None:
        self.asked.append(session_id)
        return self.rows.get(session_id)

    def echo(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.seen.append(dict(environ))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"app"]

    def record(self, **changes: Any) -> SessionRecord:
        fields: dict[str, Any] = {
            "session_id": f"demo_{uuid4().hex}",
            "id": uuid4(),
            "tenant_id": uuid4(),
            "account_type": "individual_bakery",
            "status": "active",
            "expires_at": NOW + timedelta(minutes=30),
        }
        return SessionRecord(**(fields | changes))

    def open(self, **changes: Any) -> SessionRecord:
        """A session that the database knows."""
        record = self.record(**changes)
        self.rows[record.session_id] = record
        return record

    def bearer(self, record: SessionRecord) -> dict[str, str]:
        token = self.tokens.issue(record.session_id, record.expires_at)
        return {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, **arguments: Any) -> TestResponse:
        return Client(self.gateway, use_cookies=False).open(path, method=method, **arguments)

    def get(self, record: SessionRecord, path: str = "/api/tenant") -> TestResponse:
        return self.call("GET", path, headers=self.bearer(record))

    def counted(self) -> dict[UUID, int]:
        counts = {session: tally.requests for session, tally in self.drained().items()}
        self.activity.acknowledge()
        return counts

    def drained(self) -> dict[UUID, Tally]:
        return merge(self.activity.drain().values())


@pytest.fixture
def world(redis_url: str) -> Iterator[World]:
    world = World(redis_url)
    yield world
    world.redis.close()


@pytest.fixture
def away() -> Away:
    return Away()


def code(response: TestResponse) -> str:
    assert response.mimetype == "application/problem+json"
    body = response.get_json()
    assert set(body) == {"type", "title", "status", "code", "detail"}
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:masa-madre:{body['code']}"
    return str(body["code"])


@pytest.fixture(name="code")
def code_fixture() -> Any:
    return code
