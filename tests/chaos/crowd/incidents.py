"""What happens to a crowd: many come at once, one visitor hammers, sockets are slow."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from random import Random
from threading import Lock
from typing import Any

from tests.acceptance.client import Prospect
from tests.bench.crowd import slow_sockets
from tests.chaos.experiments.load import arrive_at_once
from tests.chaos.experiments.model import Trial
from tests.chaos.stack import Stack

HAMMER_SECONDS, HAMMERS = 20.0, 4
SLOW_SECONDS = 30.0
WAIT_SECONDS = 900
ARRIVALS, ARRIVE_SECONDS = 300, 10


def hammer(stack: Stack, random: Random) -> dict[str, Any]:
    """Let one visitor ask as fast as possible on some connections; returns answers by status."""
    prospect = Prospect(stack.url, timeout=120).open("individual_bakery", wait=False)
    prospect.wait_until_active(WAIT_SECONDS)
    statuses: Counter[str] = Counter()
    lock, end = Lock(), time.monotonic() + HAMMER_SECONDS

    def keep_asking() -> None:
        while time.monotonic() < end:
            try:
                answer = prospect.get("/api/pos/products")
                kind = f"answered {answer.status}"
                if answer.status == 429 and "Retry-After" not in answer.headers:
                    kind = "answered 429 without Retry-After"
            except (OSError, HTTPException):
                kind = "cut"
            with lock:
                statuses[kind] += 1

    with ThreadPoolExecutor(HAMMERS) as pool:
        for asking in [pool.submit(keep_asking) for _ in range(HAMMERS)]:
            asking.result()
    prospect.post("/api/demo/session/destroy")
    return dict(statuses)


def many_at_once(stack: Stack, random: Random) -> dict[str, Any]:
    """Open 300 sessions within ten seconds; returns how many were opened, and what was wrong."""
    trial = Trial(stack, random)
    arrive_at_once(trial, ARRIVALS, ARRIVE_SECONDS)
    return {"opened": trial.done, "refused": trial.history.opening["refused"],
            "wrong": trial.history.wrong}  # fmt: skip


def slow(stack: Stack, random: Random) -> dict[str, Any]:
    """Hold 200 sockets that send a byte a second."""
    with suppress(OSError), slow_sockets(stack.url, b"GET / HTTP/1.1\r\nHost: a\r\n", b"a"):
        time.sleep(SLOW_SECONDS)
    return {}


Incident = Callable[[Stack, Random], dict[str, Any]]
INCIDENTS: tuple[tuple[float, str, Incident], ...] = (
    (0.35, "a visitor hammers", hammer),
    (0.5, "300 come in 10 s", many_at_once),
    (0.85, "200 slow sockets", slow),
)
"""Each begins at this part of the whole time."""
