"""A thread's own connection to Redis: it reconnects, and never returns another request's answer."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from gateway import connect_redis
from gateway.redis.thread_local_connections import ThreadLocalConnections

DATABASE = 5
"""Of these tests alone: threads of apps that other tests made may connect to the first one."""


@pytest.fixture
def own_url(redis_url):
    return urlsplit(redis_url)._replace(path=f"/{DATABASE}").geturl()


@pytest.fixture
def other(own_url):
    """A second client of the same Redis."""
    with Redis.from_url(own_url) as client:
        client.mset({"one": "1", "two": "2"})
        yield client


@pytest.fixture
def kept(own_url, other):
    with connect_redis(own_url, timeout=0.2) as client:
        yield ThreadLocalConnections(client)


def ports(other):
    """Return the ports of other clients' connections."""
    own = other.client_info()["addr"]
    found = {each["addr"] for each in other.client_list() if each["db"] == str(DATABASE)}
    return found - {own}


def test_a_thread_keeps_one_connection_and_another_thread_has_its_own(kept, other):
    assert kept.mget(["one", "none", "two"]) == [b"1", None, b"2"]
    first = ports(other)
    kept.mget(["one"])
    assert ports(other) == first
    with ThreadPoolExecutor(1) as threads:
        threads.submit(kept.mget, ["one"]).result()
        assert len(ports(other) - first) == 1


def test_a_connection_that_redis_closed_is_reopened(kept, other):
    kept.mget(["one"])
    other.client_kill_filter(_type="normal", skipme=True)
    assert kept.mget(["two"]) == [b"2"]


def test_a_failed_request_is_retried_once(other):
    with connect_redis("redis://127.0.0.1:1", timeout=0.2) as client:
        kept = ThreadLocalConnections(client)
        for _ in range(2):
            with pytest.raises(RedisConnectionError):
                kept.mget(["one"])


def test_a_late_answer_is_never_read_by_the_next_request(kept, other):
    kept.mget(["one"])
    other.client_pause(400)
    with pytest.raises(RedisTimeoutError):
        kept.mget(["one"])
    other.client_unpause()
    assert kept.mget(["two"]) == [b"2"]


def test_an_unread_answer_is_never_read_by_the_next_request(kept, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    kept.mget(["one"])
    with monkeypatch.context() as patch:
        patch.setattr("redis.connection.Connection.read_response", interrupted)
        with pytest.raises(KeyboardInterrupt):
            kept.mget(["one"])
    assert kept.mget(["two"]) == [b"2"]


def test_a_forked_process_makes_a_connection_of_its_own(kept, other, monkeypatch):
    kept.mget(["one"])
    parents = ports(other)
    monkeypatch.setattr(
        "gateway.redis.thread_local_connections.os", SimpleNamespace(getpid=lambda: -1)
    )
    assert kept.mget(["two"]) == [b"2"]
    assert len(ports(other) - parents) == 1
