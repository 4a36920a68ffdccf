"""Counting requests: nothing is lost, nothing is counted twice."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis
from structlog.testing import capture_logs

from app.local.valkey import ValkeyServer
from gateway import Activity, RedisCircuitBreaker, Tally, connect_redis, merge
from tests.support.waiting import wait_until


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path, {"appendonly": "yes", "appendfsync": "always"})
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_requests_are_counted_with_the_time_of_the_last(world: Any) -> None:
    one, two = uuid4(), uuid4()
    for seconds in (0, 5, 3):
        world.activity.record(one, world.now + timedelta(seconds=seconds))
    world.activity.record(two, world.now)
    assert world.drained() == {
        one: Tally(3, world.now + timedelta(seconds=5)),
        two: Tally(1, world.now),
    }
    world.activity.acknowledge()
    assert world.drained() == {}
    assert list(world.redis.scan_iter()) == []


def test_counts_of_a_crashed_drain_are_in_the_next_one(world: Any) -> None:
    session = uuid4()
    for _ in range(3):
        world.activity.record(session, world.now)
        crashed = Activity(world.redis)
        crashed.drain()
    world.activity.record(session, world.now)
    assert world.drained() == {session: Tally(4, world.now)}
    world.activity.acknowledge()
    crashed.acknowledge()
    assert world.drained() == {}


def test_a_drain_repeated_before_it_is_acknowledged_says_the_same_and_what_is_new(
    world: Any,
) -> None:
    session = uuid4()
    world.activity.record(session, world.now)
    world.activity.drain()
    world.activity.record(session, world.now)
    assert world.drained()[session].requests == 2
    world.activity.acknowledge()
    assert world.drained() == {}


def test_acknowledging_late_deletes_nothing_that_was_not_drained(world: Any) -> None:
    session = uuid4()
    world.activity.record(session, world.now)
    slow = Activity(world.redis)
    slow.drain()
    world.counted()
    world.activity.record(session, world.now)
    slow.acknowledge()
    assert world.counted() == {session: 1}


def test_draining_among_recorders_loses_nothing_and_counts_nothing_twice(
    world: Any, redis_url: str
) -> None:
    sessions = [uuid4() for _ in range(5)]
    done = Event()
    total: Counter[UUID] = Counter()

    def record(number: int) -> None:
        with connect_redis(redis_url, timeout=30) as client:
            activity = Activity(client)
            for turn in range(300):
                activity.record(sessions[(number + turn) % 5], world.now)
            activity.flush()

    def drain() -> None:
        with Redis.from_url(redis_url) as client:
            turn, last = 0, False
            while not last:
                last = done.is_set()
                # Every third drainer dies before it has written anything down.
                turn += 1
                drainer = Activity(client)
                counts = merge(drainer.drain().values())
                if turn % 3 or last:
                    total.update({session: t.requests for session, t in counts.items()})
                    drainer.acknowledge()

    with ThreadPoolExecutor(5) as pool:
        drainer = pool.submit(drain)
        for recorder in [pool.submit(record, number) for number in range(4)]:
            recorder.result()
        done.set()
        drainer.result()
    assert total == dict.fromkeys(sessions, 240)
    assert list(world.redis.scan_iter()) == []


def test_threads_that_share_an_activity_count_right(world: Any) -> None:
    session = uuid4()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(400):
            pool.submit(world.activity.record, session, world.now)
    world.activity.flush()
    assert world.counted() == {session: 400}


def test_counts_wait_while_redis_is_away(world: Any, valkey: ValkeyServer) -> None:
    seconds = 0.0
    client = connect_redis(valkey.url)
    activity = Activity(client, breaker=RedisCircuitBreaker(monotonic=lambda: seconds))
    session, other = uuid4(), uuid4()
    activity.record(session, world.now)
    valkey.stop()
    with capture_logs() as lines:
        for _ in range(3):
            activity.record(session, world.now + timedelta(seconds=9))
    assert [line["action"] for line in lines] == ["activity_record"]
    valkey.start()
    seconds = 1.0
    activity.record(other, world.now)
    assert merge(activity.drain().values()) == {
        session: Tally(4, world.now + timedelta(seconds=9)),
        other: Tally(1, world.now),
    }
    client.close()


def test_late_counts_do_not_move_the_last_activity_back(world: Any) -> None:
    session = uuid4()
    world.activity.record(session, world.now)
    Activity(world.redis).record(session, world.now - timedelta(minutes=1))
    assert world.drained() == {session: Tally(2, world.now)}


def test_counts_whose_times_were_evicted_are_still_drained(world: Any) -> None:
    session = uuid4()
    world.activity.record(session, world.now)
    world.redis.delete("{gateway:activity}:last")
    tally = world.drained()[session]
    assert tally.requests == 1
    assert tally.last_at.tzinfo is not None


def test_a_count_and_its_time_are_written_as_one(world: Any) -> None:
    world.redis.config_resetstat()
    world.activity.record(uuid4(), world.now)
    assert world.redis.info("commandstats")["cmdstat_exec"]["calls"] == 1


def test_memory_is_bounded_while_redis_is_away(world: Any) -> None:
    breaker = RedisCircuitBreaker(monotonic=lambda: world.seconds)
    activity = Activity(world.redis, breaker=breaker, keep=10)
    with capture_logs():
        breaker.record_failure("test", OSError())
    known = uuid4()
    activity.record(known, world.now)
    with capture_logs() as lines:
        for _ in range(20):
            activity.record(uuid4(), world.now)
        activity.record(known, world.now)
    assert [line["action"] for line in lines] == ["activity_lost"] * 11
    world.seconds = 1.0
    activity.flush()
    counts = merge(activity.drain().values())
    assert len(counts) == 10
    assert counts[known].requests == 2


def test_counts_kept_during_an_outage_are_written_in_batches(world: Any) -> None:
    breaker = RedisCircuitBreaker(monotonic=lambda: world.seconds)
    activity = Activity(world.redis, breaker=breaker)
    with capture_logs():
        breaker.record_failure("test", OSError())
    for _ in range(450):
        activity.record(uuid4(), world.now)
    world.seconds = 1.0
    sizes = []
    for _ in range(4):
        activity.flush()
        sizes.append(len(merge(activity.drain().values())))
    assert sizes == [200, 400, 450, 450]


def test_one_request_costs_one_round_trip(world: Any) -> None:
    world.activity.record(uuid4(), world.now)
    before = world.redis.info("stats")["total_reads_processed"]
    world.activity.record(uuid4(), world.now)
    after = world.redis.info("stats")["total_reads_processed"]
    assert after - before == 2, "the transaction, and this question"


def test_a_redis_error_in_a_drain_is_raised(world: Any) -> None:
    from redis.exceptions import ResponseError

    world.redis.set("{gateway:activity}:batches", "not a set")
    with pytest.raises(ResponseError):
        world.activity.drain()


def test_counts_can_be_gathered_and_are_written_soon_after(world):
    activity = Activity(world.redis, breaker=world.breaker, every=0.2)
    record = world.open()
    for _ in range(5):
        activity.record(record.id, world.now)
    assert world.counted() == {}
    assert wait_until(world.counted, "the timer to write") == {record.id: 5}


def test_what_redis_did_not_take_is_written_without_a_further_request(valkey, world):
    breaker = RedisCircuitBreaker(pause=0.3)
    activity = Activity(connect_redis(valkey.url), breaker=breaker, every=0.1)
    session = uuid4()
    valkey.stop()
    with capture_logs() as lines:
        activity.record(session, world.now)
        wait_until(lambda: lines, "the timer to fail")
    valkey.start()

    drained = wait_until(Activity(connect_redis(valkey.url)).drain, "the timer to try again")

    assert merge(drained.values()) == {session: Tally(1, world.now)}
