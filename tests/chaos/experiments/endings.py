"""Sessions end while Redis does not answer: from the answer on they are over, whatever it keeps."""

import time
from threading import Thread

import redis

from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.visitors import MODELS

SLEEP_SECONDS = 3
LOOK_SECONDS = 6
SESSIONS = 3


def end_while_redis_sleeps(trial: Trial) -> None:
    """Open sessions, let Redis sleep, end them, and ask for them until well after it is awake."""
    opened = []
    for number in range(SESSIONS):
        prospect = Prospect(trial.stack.url, timeout=120).open(MODELS[number % len(MODELS)])
        trial.history.count(trial.history.opening, "done")
        prospect.get("/api/tenant")
        opened.append(prospect)
    with trial.stack.redis() as client:
        client.client_pause(SLEEP_SECONDS * 1000)
    asking = [Thread(target=_end, args=(trial, prospect)) for prospect in opened]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    _wait_until_awake(trial)
    trial.done += SESSIONS


def _end(trial: Trial, prospect: Prospect) -> None:
    """End a session; what answers after that is a violation."""
    while prospect.post("/api/demo/session/destroy", {}).status >= 500:
        time.sleep(0.2)
    end = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < end:
        status = prospect.get("/api/tenant").status
        if status < 400:
            trial.history.revived.append("a session was answered that ended while Redis slept")
            return
        time.sleep(0.1)


def _wait_until_awake(trial: Trial) -> None:
    with trial.stack.redis() as client:
        while True:
            try:
                client.ping()
                return
            except redis.RedisError:
                time.sleep(0.1)


EXPERIMENTS = register(
    Experiment(
        "ended while Redis sleeps",
        "Redis",
        f"Sessions are ended while Redis does not answer for {SLEEP_SECONDS} s.",
        "From the answer on they are refused, also when Redis is back with what it knew.",
        end_while_redis_sleeps,
        frozenset({"503"}),
    ),
)
