"""How long a process waits while Redis fails."""

from types import SimpleNamespace

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from jobs.queue import redis_outage
from jobs.queue.redis_outage import FIRST_SECONDS, LONGEST_SECONDS, RedisOutage

NOWHERE = Redis(port=1)


def test_the_pause_doubles_up_to_a_bound_and_resets_afterwards():
    waited = []
    outage = RedisOutage(NOWHERE, "test", waited.append)
    for _ in range(8):
        outage.wait(RedisConnectionError("away"))
    outage.over()
    outage.wait(RedisConnectionError("away"))
    assert waited[:3] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert waited[-2:] == [LONGEST_SECONDS, FIRST_SECONDS]


def test_an_outage_is_two_lines_of_the_log_however_long_it_lasts():
    outage = RedisOutage(NOWHERE, "test", lambda _: None)
    with capture_logs() as lines:
        outage.over()
        for _ in range(5):
            outage.wait(RedisConnectionError("away"))
            assert outage.seconds > 0
        outage.over()
        outage.over()
    assert [line["action"] for line in lines] == ["redis_failed", "redis_works"]
    assert lines[0]["error"] == "ConnectionError: away"
    assert lines[1]["failures"] == 5
    assert outage.seconds == 0


def test_the_failures_of_an_outage_are_counted_when_it_is_over(monkeypatch):
    counted = []
    health = SimpleNamespace(count_incident=lambda *incident: counted.append(incident))
    monkeypatch.setattr(redis_outage, "JobHealth", lambda _: health)
    outage = RedisOutage(NOWHERE, "test", lambda _: None)
    outage.over()
    for _ in range(3):
        outage.wait(RedisConnectionError("away"))
    outage.over()
    outage.over()
    assert counted == [("redis_failed", 3)]
