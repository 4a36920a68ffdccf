"""Workers are killed in the middle of each kind of job that they do all the time."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import psutil
import redis

from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.visitors import MODELS

TASKS = (
    "cleanup", "reset", "deliver", "events", "refill", "drop", "reconcile", "refresh", "catch_up",
    "purge",
)  # fmt: skip
SCHEDULED = ("cleanup", "deliver", "events", "reconcile", "refresh", "catch-up", "purge")
"""What the scheduler queues, by the names it has there; each is brought forward again and again."""
SCHEDULE = "rq:scheduler:scheduled_jobs"
TIMES = 6
"""So many workers are killed in each kind of job."""
HUNT_SECONDS = 120
AGAIN_SECONDS = 2
INTO_IT_SECONDS = 0.05


def kill_in_jobs(trial: Trial) -> None:
    """Ask for what is done by jobs, look at what workers do, and kill them as they do it."""
    stopped = Event()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(_keep_asking, trial, stopped)
        try:
            _hunt(trial)
        finally:
            stopped.set()
        asking.result()  # raises what it could not go on from


def _hunt(trial: Trial) -> None:
    killed: Counter[str] = Counter()
    end, due = time.monotonic() + HUNT_SECONDS, 0.0
    with trial.stack.redis() as client:
        while time.monotonic() < end and any(killed[task] < TIMES for task in TASKS):
            if time.monotonic() > due:
                due = time.monotonic() + AGAIN_SECONDS
                client.zadd(SCHEDULE, dict.fromkeys(SCHEDULED, time.time()), xx=True)
            for task, pid in _at_work(client):
                if task in TASKS and killed[task] < TIMES:
                    time.sleep(trial.random.uniform(0, INTO_IT_SECONDS))
                    with suppress(psutil.NoSuchProcess):
                        trial.kill(psutil.Process(pid), task)
                        killed[task] += 1


def _keep_asking(trial: Trial, stopped: Event) -> None:
    """Have sessions reset, and replaced by others, which drops tenants and adds some."""
    prospects = [_open(trial, model) for model in MODELS]
    while not stopped.wait(AGAIN_SECONDS):
        for prospect in prospects:
            prospect.post("/api/demo/session/reset")
        _end(prospects.pop(0))
        prospects.append(_open(trial, trial.random.choice(MODELS)))
    for prospect in prospects:
        _end(prospect)


def _open(trial: Trial, model: str) -> Prospect:
    prospect = Prospect(trial.stack.url, timeout=120).open(model)
    trial.history.count(trial.history.opening, "done")
    return prospect


def _end(prospect: Prospect) -> None:
    while prospect.post("/api/demo/session/destroy").status >= 500:
        time.sleep(0.2)


def _at_work(client: "redis.Redis") -> Iterator[tuple[str, int]]:
    """Give the task and the process of each worker that has one in hand."""
    for queue in client.smembers("rq:queues"):
        for execution in client.zrange(str(queue).replace("rq:queue:", "rq:wip:"), 0, -1):
            job = str(execution).partition(":")[0]
            said, worker = client.hmget(f"rq:job:{job}", "description", "worker_name")
            pid = client.hget(f"rq:worker:{worker}", "pid") if worker else None
            if said and pid:
                yield str(said).removeprefix("jobs.tasks.").partition("(")[0], int(pid)


EXPERIMENTS = register(
    Experiment(
        "killed in jobs",
        "Processes",
        "SIGKILL of workers as they clean up, reset, fill the pool, drop, count events, send"
        " webhooks, bring tenants forward, renew templates, purge and reconcile, up to"
        f" {TIMES} times each.",
        "The job is done again, and nothing is done twice. Resets may answer 503.",
        kill_in_jobs,
        frozenset({"503"}),
        kills=True,
    ),
)
