"""Redis is killed, emptied, paused, full, read-only, slow, or holds keys of wrong types."""

import os
import shutil
import signal
import time

import redis
from redis.exceptions import ResponseError

from jobs.queue.unreadable_keys import expected_type
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.integration.control.test_redis_errors import full, read_only

AWAY = frozenset({"503"})
AWAY_SECONDS = 6
WORKS_ON = "Sessions work on, from Postgres; resets answer 503."
SPARED = ("demo:events", "{gateway:activity}")
"""Lists and counts that have a test of their own: what they hold is lost with them."""


def kill(trial: Trial) -> None:
    """Kill it, and start it again with its data."""
    _kill(trial, is_emptied=False)


def kill_and_empty(trial: Trial) -> None:
    """Kill it, and start it again without any data."""
    _kill(trial, is_emptied=True)


def _kill(trial: Trial, is_emptied: bool) -> None:
    valkey = trial.stack.valkey
    assert valkey.pid is not None
    os.kill(valkey.pid, signal.SIGKILL)
    valkey.stop()
    time.sleep(trial.random.uniform(1, 3))
    if is_emptied:
        shutil.rmtree(valkey.data)
    valkey.start()
    trial.done += 1


def pause(trial: Trial) -> None:
    """Let it answer no one for a while."""
    with trial.stack.redis() as client:
        client.client_pause(AWAY_SECONDS * 1000)
    time.sleep(AWAY_SECONDS)
    trial.done += 1


def fill(trial: Trial) -> None:
    """Let it take no writes for lack of memory."""
    with trial.stack.redis() as client, full(client):
        time.sleep(AWAY_SECONDS)
    trial.done += 1


def make_read_only(trial: Trial) -> None:
    """Let it take no writes, as a replica."""
    with trial.stack.redis() as client, read_only(client):
        time.sleep(AWAY_SECONDS)
    trial.done += 1


def replace_keys(trial: Trial) -> None:
    """Give one key of each family another type."""
    with trial.stack.redis() as client:
        families: dict[str, str] = {}
        for key in client.scan_iter(count=1000):
            if not key.startswith(SPARED):
                families.setdefault(":".join(key.split(":")[:2]), key)
        families["demo:refill"] = "demo:refill:individual_bakery"  # which is there now and then
        for key in sorted(families.values()):
            trial.done += _replace(client, key)
            time.sleep(0.2)


def _replace(client: "redis.Redis", key: str) -> int:
    try:
        kind = client.type(key)
        is_text = (expected_type(key) if kind == "none" else kind) == "string"
        client.delete(key)
        if is_text:
            client.rpush(key, "not what it should be")
        else:
            client.set(key, "not what it should be")
        client.expire(key, 600)
    except ResponseError:
        return 0
    return 1


def poison(trial: Trial) -> None:
    """Put what cannot be read among the counts of requests."""
    with trial.stack.redis() as client:
        client.hset("{gateway:activity}:counts", "not-a-uuid", "5")
        client.zadd("{gateway:activity}:last", {"0" * 32: 1e300})
    time.sleep(3)
    trial.done += 1


def slow_network(trial: Trial) -> None:
    """Delay each piece, and lose some connections."""
    proxy = trial.stack.before_redis
    proxy.slow(lambda: trial.random.expovariate(1 / 0.01))
    for _ in range(3):
        time.sleep(2)
        proxy.cut()
        trial.done += 1
    proxy.release()


def silence(trial: Trial) -> None:
    """Let the network lose everything for a while: no answer, and no end of a connection."""
    proxy = trial.stack.before_redis
    proxy.lose()
    time.sleep(AWAY_SECONDS)
    proxy.release()
    proxy.cut()
    trial.done += 1


EXPERIMENTS = register(
    Experiment("Redis killed", "Redis", "SIGKILL, and back with its data.", WORKS_ON, kill, AWAY),
    Experiment(
        "Redis killed and emptied",
        "Redis",
        "SIGKILL, and back without its data.",
        f"{WORKS_ON} What was queued is queued again from Postgres; events in it are lost.",
        kill_and_empty,
        AWAY,
        is_quick=True,
    ),
    Experiment("Redis pauses", "Redis", f"No answer for {AWAY_SECONDS} s.", WORKS_ON, pause, AWAY),
    Experiment("Redis full", "Redis", "`maxmemory` is reached.", WORKS_ON, fill, AWAY),
    Experiment(
        "Redis read-only", "Redis", "It is a replica for a while.", WORKS_ON, make_read_only, AWAY
    ),
    Experiment(
        "wrong types in Redis",
        "Redis",
        "One key of each family gets another type.",
        "The key is moved aside, or its session is read from Postgres.",
        replace_keys,
        AWAY,
    ),
    Experiment(
        "poisoned counts",
        "Redis",
        "A member that cannot be read among the counts of requests.",
        "It is set aside; no failure.",
        poison,
    ),
    Experiment(
        "slow network to Redis",
        "Redis",
        "10 ms more for each piece on average, and connections that are cut.",
        "Slower answers; no failure but of resets.",
        slow_network,
        AWAY,
    ),
    Experiment(
        "Redis unreachable",
        "Redis",
        f"The network loses everything for {AWAY_SECONDS} s.",
        WORKS_ON,
        silence,
        AWAY,
    ),
)
