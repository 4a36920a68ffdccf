"""Sessions in Redis and the database: which is believed, and what happens when one is away."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway import RedisSessions, SessionForgotten, SessionRecord
from gateway.sessions.store import _keys, _signature, _signing_key

Code = Callable[[TestResponse], str]


def test_a_record_comes_back_as_it_was_put(world: Any) -> None:
    for record in (
        world.record(),
        world.record(status="pending", tenant_id=None),
        world.record(status="failed"),
    ):
        world.store.put(record)
        assert world.store.get(record.session_id) == record
    assert world.store.get("demo_" + "x" * 22) is None


def test_a_client_that_decodes_answers_works_too(world: Any, redis_url: str) -> None:
    from redis import Redis

    with Redis.from_url(redis_url, decode_responses=True) as client:
        store = RedisSessions(client, clock=world.clock)
        record = world.record()
        store.put(record)
        cached = store.read(record.session_id)
        assert cached is not None
        assert store.refresh(replace(record, status="expired"), cached.text)
        assert store.get(record.session_id) == replace(record, status="expired")


def test_the_secret_is_nowhere_in_redis(world: Any) -> None:
    record, gone = world.record(), world.record()
    world.store.put(record)
    world.store.forget(gone.session_id)
    dump = [(key, world.redis.get(key)) for key in world.redis.scan_iter()]
    assert len(dump) == 2
    for secret in (record.session_id, gone.session_id):
        assert secret.removeprefix("demo_") not in repr(dump)


@pytest.mark.parametrize("status", ["active", "expired"])
def test_a_record_does_not_stay_for_long_whatever_its_session_has_left(
    world: Any, status: str
) -> None:
    record = world.record(status=status)
    for put in (world.store.put, world.store.refresh):
        put(record)
        (key,) = world.redis.scan_iter()
        assert 0 < world.redis.pttl(key) <= 60_000
        world.redis.delete(key)


def test_a_forgotten_session_cannot_be_put_back(world: Any) -> None:
    record = world.open()
    world.store.put(record)
    world.store.forget(record.session_id)
    assert len(list(world.redis.scan_iter())) == 1, "the tombstone, and no record"
    assert not world.store.refresh(record)
    world.store.put(record)
    with pytest.raises(SessionForgotten):
        world.store.get(record.session_id)
    with pytest.raises(SessionForgotten):
        world.sessions.get(record.session_id)
    (ttl,) = {world.redis.ttl(k) for k in world.redis.scan_iter("*forgotten")}
    assert ttl > 3600


def test_a_slow_database_read_cannot_revive_a_destroyed_session(world: Any, code: Code) -> None:
    record = world.open()

    def destroyed_meanwhile(session_id: str) -> SessionRecord:
        world.store.forget(session_id)
        return record

    world.fallback = destroyed_meanwhile
    world.get(record)
    world.fallback = world.look_up
    assert code(world.get(record)) == "session_destroyed"


def test_a_slow_database_read_cannot_undo_an_extension(world: Any) -> None:
    old = world.open()
    new = replace(old, expires_at=old.expires_at + timedelta(minutes=30))

    def extended_meanwhile(session_id: str) -> SessionRecord:
        world.store.put(new)
        return old

    world.fallback = extended_meanwhile
    for _ in ("nothing in Redis", "a record too old to be believed"):
        world.sessions.get(old.session_id)
        assert world.store.get(old.session_id) == new
        world.now += timedelta(minutes=1)
        new = replace(new, expires_at=new.expires_at + timedelta(minutes=30))


def test_redis_answers_before_the_database(world: Any) -> None:
    record = world.record()
    world.store.put(record)
    assert world.sessions.get(record.session_id) == record
    assert world.asked == []


def test_the_database_answers_a_miss_once(world: Any) -> None:
    record = world.open()
    for _ in range(3):
        assert world.sessions.get(record.session_id) == record
    assert world.asked == [record.session_id]


def test_a_change_missing_in_redis_is_read_from_the_database_soon(world: Any, code: Code) -> None:
    record = world.open()
    assert world.get(record).status_code == 200
    world.rows[record.session_id] = replace(record, status="destroyed")
    world.now += timedelta(seconds=30)
    assert code(world.get(record)) == "session_destroyed"


def test_an_unknown_id_leaves_nothing_in_redis(world: Any) -> None:
    for number in range(50):
        assert world.sessions.get(f"demo_{number:032}") is None
    assert list(world.redis.scan_iter()) == []


def test_a_pending_session_is_active_as_soon_as_the_database_says_so(world: Any) -> None:
    pending = world.open(status="pending", tenant_id=None)
    world.store.put(pending)
    assert world.get(pending).status_code == 409
    active = replace(pending, status="active", tenant_id=world.record().tenant_id)
    world.rows[pending.session_id] = active
    assert world.get(active).status_code == 200
    assert world.store.get(active.session_id) == active


def test_an_extension_that_redis_missed_is_honoured(world: Any) -> None:
    record = world.open(expires_at=world.now + timedelta(seconds=10))
    world.store.put(record)
    longer = replace(record, expires_at=record.expires_at + timedelta(minutes=30))
    world.rows[record.session_id] = longer
    world.now = record.expires_at
    assert world.get(longer).status_code == 200
    assert world.store.get(record.session_id) == longer


def test_an_ended_session_does_not_ask_the_database_each_time(world: Any) -> None:
    record = world.open(status="failed")
    for _ in range(3):
        assert world.sessions.get(record.session_id) == record
    assert world.asked == [record.session_id]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '"x"',
        "{}",
        b"\xff",
        json.dumps(
            {
                "id": "x",
                "tenant_id": None,
                "account_type": "",
                "status": "",
                "expires_at": "",
                "as_of": "",
            }
        ),
    ],
)
@pytest.mark.parametrize("is_signed", [True, False])
def test_a_text_that_is_no_record_counts_as_none(world: Any, text: Any, is_signed: bool) -> None:
    record = world.open()
    world.store.put(record)
    (key,) = world.redis.scan_iter()
    if is_signed and isinstance(text, str):
        text = f"{_signature(_signing_key(''), record.session_id, text)} {text}"
    world.redis.set(key, text)
    assert world.sessions.get(record.session_id) == record
    assert world.asked == [record.session_id]


def test_a_record_forged_in_redis_makes_no_session(world: Any) -> None:
    ours = RedisSessions(world.redis, ["our secret"], clock=world.clock)
    theirs = RedisSessions(world.redis, ["a guess"], clock=world.clock)
    victim, forged = world.record(), world.record()
    for forger in (theirs, RedisSessions(world.redis, clock=world.clock)):
        forger.put(replace(forged, tenant_id=victim.tenant_id))
        assert ours.get(forged.session_id) is None
    ours.put(victim)
    key, forged_key = (_keys(record.session_id)[0] for record in (victim, forged))
    world.redis.copy(key, forged_key, replace=True)
    assert ours.get(forged.session_id) is None, "a record is of one session id only"
    assert ours.get(victim.session_id) == victim


def test_records_are_read_across_a_rotation_and_written_with_the_new_secret(world: Any) -> None:
    before = RedisSessions(world.redis, ["old"], clock=world.clock)
    during = RedisSessions(world.redis, ["new", "old"], clock=world.clock)
    after = RedisSessions(world.redis, ["new"], clock=world.clock)
    record = world.record()
    before.put(record)
    assert during.get(record.session_id) == record
    assert after.get(record.session_id) is None
    during.put(record)
    assert after.get(record.session_id) == record


def test_a_record_names_a_time_zone_a_known_status_and_a_tenant(world: Any) -> None:
    for changes in (
        {"expires_at": world.now.replace(tzinfo=None)},
        {"status": "lost"},
        {"tenant_id": None},
    ):
        with pytest.raises(ValueError):
            world.record(**changes)
