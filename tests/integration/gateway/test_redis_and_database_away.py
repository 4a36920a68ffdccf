"""The gateway while Redis, the database or both are away."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.local.valkey import ValkeyServer
from gateway import SessionsUnavailable

Code = Callable[[TestResponse], str]


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path, {"appendonly": "no"})
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def own_world(world: Any, valkey: ValkeyServer) -> Iterator[Any]:
    """A world whose Valkey the test may stop."""
    own = type(world)(valkey.url)
    yield own
    own.redis.close()


def test_a_failed_lookup_is_logged_without_the_secret(world: Any) -> None:
    record = world.record()

    def failing(session_id: str) -> None:
        raise RuntimeError(f"[parameters: {session_id}]")

    world.fallback = failing
    with capture_logs() as lines:
        world.get(record)
    assert [line["action"] for line in lines] == ["session_lookup_failed", "request_refused"]
    assert lines[0]["error"] == "RuntimeError"
    assert "test_redis_and_database_away.py" in lines[0]["where"]
    assert record.session_id not in repr(lines)
    assert "exc_info" not in lines[0]


def test_with_redis_away_the_database_answers_and_it_is_counted(
    own_world: Any, valkey: ValkeyServer, code: Code
) -> None:
    record, destroyed = own_world.open(), own_world.open(status="destroyed")
    own_world.store.put(record)
    valkey.stop()
    with capture_logs() as lines:
        assert own_world.get(record).status_code == 200
    assert own_world.failures == 1
    assert [line["action"] for line in lines] == ["session_read"]
    assert own_world.get(record).status_code == 200
    assert code(own_world.get(destroyed)) == "session_destroyed"
    assert code(own_world.call("GET", "/api/x")) == "session_required"
    assert own_world.failures == 1, "left alone during the pause"
    own_world.seconds += 1
    assert own_world.get(record).status_code == 200
    assert own_world.failures == 2
    valkey.start()
    own_world.seconds += 1
    assert own_world.get(record).status_code == 200
    own_world.asked.clear()
    assert own_world.get(record).status_code == 200
    assert own_world.asked == []
    assert own_world.counted() == {record.id: 5}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_redis_that_fails_or_hangs_costs_one_failure_and_no_request(
    own_world: Any, how: signal.Signals
) -> None:
    record = own_world.open()
    own_world.store.put(record)
    pid = own_world.redis.info()["process_id"]
    os.kill(pid, how)
    try:
        with capture_logs():
            for _ in range(3):
                assert own_world.get(record).status_code == 200
        assert own_world.failures == 1
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    assert own_world.asked == [record.session_id] * 3


def test_a_read_only_redis_refuses_no_session(own_world: Any) -> None:
    record = own_world.open()
    own_world.redis.config_set("maxmemory", 1)
    with capture_logs() as lines:
        assert own_world.get(record).status_code == 200
    assert [line["action"] for line in lines] == ["session_refresh"]
    own_world.redis.config_set("maxmemory", 0)
    own_world.seconds += 1
    assert own_world.get(record).status_code == 200
    assert own_world.counted() == {record.id: 2}


def test_with_redis_and_database_away_the_answer_is_503_with_retry_after(
    own_world: Any, valkey: ValkeyServer, away: Any, code: Code
) -> None:
    record = own_world.open()
    valkey.stop()
    own_world.fallback = away
    with capture_logs():
        response = own_world.get(record)
    assert (response.status_code, code(response)) == (503, "unavailable")
    assert response.headers["Retry-After"] == "5"
    with capture_logs(), pytest.raises(SessionsUnavailable):
        own_world.sessions.get(record.session_id)
    assert own_world.seen == []
    assert own_world.call("GET", "/docs").status_code == 200


def test_with_the_database_away_redis_answers(world: Any, away: Any, code: Code) -> None:
    record = world.open()
    world.store.put(record)
    world.fallback = away
    assert world.get(record).status_code == 200
    with capture_logs():
        assert code(world.get(world.record())) == "unavailable"
