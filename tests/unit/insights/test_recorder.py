"""The recorder takes events without waiting, and loses one rather than harm a visit."""

import json
import threading
from uuid import uuid4

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from app.insights.events import recorder
from app.insights.events.kinds import KINDS, InvalidEventError
from app.insights.events.recorder import FIELD, LOST, STREAM, EventRecorder


@pytest.fixture
def redis(redis_url):
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def made(redis, monkeypatch):
    """A recorder whose thread is not started: a test writes when it wants to."""
    monkeypatch.setattr(recorder, "Thread", lambda **_: type("None", (), {"start": lambda _: 0})())
    return EventRecorder(redis)


def written(redis):
    return [json.loads(entry[FIELD.encode()]) for _, entry in redis.xrange(STREAM)]


def test_an_event_reaches_the_stream(made, redis):
    session = uuid4()
    made.record("opened_module", session=session, module="stock", page="/demo/stock/*")
    made.record("landed", source="newsletter")
    assert redis.xlen(STREAM) == 0
    made.flush()
    first, second = written(redis)
    assert (first["kind"], first["session"], first["version"]) == ("opened_module", str(session), 1)
    assert first["details"] == {"module": "stock", "page": "/demo/stock/*"}
    assert second["session"] is None
    assert first["id"] != second["id"]


def test_the_thread_writes_by_itself(redis):
    recorder = EventRecorder(redis)
    recorder.record("reset", session=uuid4())
    answer = redis.xread({STREAM: "0"}, block=30_000)
    recorder.close()
    assert json.loads(answer[0][1][0][1][FIELD.encode()])["kind"] == "reset"


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("baked", {}),
        ("sold", {"module": "stock", "amount": 3}),
        ("sold", {}),
        ("sold", {"module": "Stock room"}),
        ("opened_module", {"module": "stock", "page": "/demo/stock?q=Carmen"}),
        ("landed", {"source": "x" * 65}),
        ("landed", {"source": "two\nlines"}),
        ("extended", {"minutes": -1}),
        ("created", {"account_type": "small_shop", "waited": 1}),
    ],
)
def test_what_is_not_declared_is_an_error_in_tests_and_counted_elsewhere(
    made, redis, kind, details
):
    with pytest.raises(InvalidEventError):
        EventRecorder(redis, strict=True).record(kind, session=uuid4(), **details)
    made.record(kind, session=uuid4(), **details)
    made.record("landed")
    made.flush()
    assert [event["kind"] for event in written(redis)] == ["landed"]
    assert redis.hgetall(LOST) == {b"invalid": b"1"}


def test_a_flood_of_one_session_is_cut_and_counted_and_others_are_kept(made, redis, monkeypatch):
    monkeypatch.setattr(recorder, "MOST_PER_MINUTE", 3)
    monkeypatch.setattr(recorder.time, "time", lambda: 1_800_000_000.0)
    flooding, other = uuid4(), uuid4()
    for _ in range(10):
        made.record("reset", session=flooding)
    made.record("reset", session=other)
    made.flush()
    assert [event["session"] for event in written(redis)] == [str(flooding)] * 3 + [str(other)]
    assert redis.hgetall(LOST) == {b"flood": b"7"}


def test_without_redis_events_wait_and_the_buffer_is_bounded(made, redis, monkeypatch):
    monkeypatch.setattr(recorder, "MOST_WAITING", 2)
    with monkeypatch.context() as away:

        def fail(*_args, **_kwargs):
            raise RedisConnectionError("away")

        away.setattr(redis, "xlen", fail)
        for _ in range(5):
            made.record("landed")
        made.flush()
    assert redis.xlen(STREAM) == 0
    made.flush()
    assert len(written(redis)) == 2
    assert redis.hgetall(LOST) == {b"buffer": b"3"}


def test_a_full_stream_is_not_written_to(made, redis, monkeypatch):
    monkeypatch.setattr(recorder, "MOST_IN_STREAM", 1)
    made.record("landed")
    made.flush()
    made.record("landed")
    made.flush()
    assert redis.xlen(STREAM) == 1
    redis.delete(STREAM)
    made.flush()
    assert redis.xlen(STREAM) == 1


def test_the_log_says_once_that_writing_fails_and_once_that_it_works_again(
    made, redis, monkeypatch
):
    def fail(_):
        raise RedisConnectionError("away")

    with capture_logs() as logs:
        with monkeypatch.context() as away:
            away.setattr(redis, "xlen", fail)
            made.record("landed")
            for _ in range(3):
                made.flush()
        made.flush()
        made.flush()
    assert [each["action"] for each in logs] == ["events_failed", "events_written"]


def test_a_closed_recorder_writes_what_waits_and_ends_its_thread(redis):
    recorder = EventRecorder(redis)
    recorder.record("landed")
    thread = next(each for each in reversed(threading.enumerate()) if each.name == "events")
    recorder.close()
    assert len(written(redis)) == 1
    recorder.record("landed")
    recorder.flush()
    thread.join(90)
    assert not thread.is_alive()
    assert len(written(redis)) == 1


def test_a_private_visit_leaves_no_session(redis, made):
    made._is_private = lambda: True
    made.record("sold", session=uuid4(), module="shop")
    made.flush()
    assert written(redis)[0]["session"] is None


def test_nothing_is_recorded_when_it_is_off(redis):
    off = EventRecorder(redis, enabled=False)
    off.record("no kind at all")
    off.flush()
    assert redis.xlen(STREAM) == 0


def test_every_kind_has_the_fields_that_it_needs():
    assert {kind: known.needs - known.fields.keys() for kind, known in KINDS.items()} == {
        kind: frozenset() for kind in KINDS
    }
