"""Processes are killed and stopped: web, workers, scheduler, supervisor, and clones under way."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException

import psutil

from jobs.clones.cloning import CONNECTION_NAME
from tests.acceptance.client import Prospect
from tests.chaos.experiments.model import Experiment, Trial, register
from tests.chaos.history import CUT
from tests.chaos.stack import ROLES, eventually
from tests.chaos.visitors import MODELS

STOPPED_SECONDS = 3
AGAIN = "It is started again, and what was acknowledged stays."


def _choose(trial: Trial, roles: tuple[str, ...]) -> tuple[psutil.Process | None, str]:
    """Return a process of one of these roles, chosen by the seed, and its role."""
    running = trial.stack.processes()
    role = trial.random.choice(roles)
    return trial.random.choice(running[role]) if running[role] else None, role


def kills(*roles: str, times: int) -> Callable[[Trial], None]:
    """Return an experiment that kills processes of these roles, at moments chosen by the seed."""

    def act(trial: Trial) -> None:
        for _ in range(times):
            process, role = _choose(trial, roles)
            if process is not None:
                with suppress(psutil.NoSuchProcess):
                    trial.kill(process, role)
            time.sleep(trial.random.uniform(0.2, 1.5))

    return act


def kills_in_turn(*roles: str) -> Callable[[Trial], None]:
    """Return an experiment that kills one process of each of these roles, in this order.

    What was killed before may have taken the next with it: it is waited for.
    """

    def act(trial: Trial) -> None:
        for role in roles:
            assert eventually(lambda r=role: trial.stack.processes()[r], 90), f"no {role} is there"
            time.sleep(trial.random.uniform(0.2, 1.5))
            process, _ = _choose(trial, (role,))
            if process is not None:
                with suppress(psutil.NoSuchProcess):
                    trial.kill(process, role)

    return act


def stop_and_continue(trial: Trial) -> None:
    """Stop one process of each role for a while, one after another."""
    for role in ROLES:
        process, _ = _choose(trial, (role,))
        if process is None:
            continue
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGSTOP)
            time.sleep(STOPPED_SECONDS)
            process.send_signal(signal.SIGCONT)
            trial.done += 1


def kill_the_supervisor(trial: Trial) -> None:
    """Kill what supervises the others, see that none outlives it, and start all of them again."""
    trial.kill(trial.stack.supervisor(), "supervisor")
    trial.stack.reap_supervisor()
    trial.stack.start_processes()


def kill_clones(trial: Trial) -> None:
    """Open sessions until the pool is empty, and kill workers at moments of a clone."""
    opened = []
    for _ in range(8):
        prospect = Prospect(trial.stack.url)
        body = {"demo_account_type": trial.random.choice(MODELS)}
        answer = prospect.request(
            "POST", "/api/demo/session/create", body,
            {"Idempotency-Key": f"{trial.random.getrandbits(128):032x}"},
        )  # fmt: skip
        if answer.status == 201:
            trial.history.count(trial.history.opening, "done")
            prospect.session, prospect.token = answer.json, answer.json["session_token"]
            opened.append(prospect)
        time.sleep(trial.random.uniform(0, 0.6))
        process, _ = _choose(trial, ("worker",))
        if process is not None and _clones(trial):
            with suppress(psutil.NoSuchProcess):
                trial.kill(process, "clone")
    for prospect in opened:
        assert eventually(lambda p=prospect: _is_active(p), 90), "a session stays pending"
        prospect.post("/api/demo/session/destroy")


def _clones(trial: Trial) -> bool:
    """Return True while a clone is under way."""
    with trial.stack.database() as database:
        found = database.execute(
            "SELECT 1 FROM pg_stat_activity WHERE starts_with(application_name, %s)",
            [CONNECTION_NAME],
        )
        return found.fetchone() is not None


def _is_active(prospect: Prospect) -> bool:
    try:
        answer = prospect.get(prospect.session["status_url"])
    except (OSError, HTTPException):
        return False
    if answer.status == 200 and answer.json["status"] == "active":
        prospect.token = answer.json.get("session_token") or prospect.token
        return True
    return False


EXPERIMENTS = register(
    Experiment(
        "web processes killed",
        "Processes",
        "SIGKILL of web processes under load.",
        f"Requests in hand are cut. {AGAIN}",
        kills("web process", times=1),
        frozenset({CUT, "503"}),
        is_quick=True,
        kills=True,
    ),
    Experiment(
        "web master killed",
        "Processes",
        "SIGKILL of gunicorn's master.",
        f"Connections are refused until it is back. {AGAIN}",
        kills("web master", times=1),
        frozenset({CUT, "503"}),
        kills=True,
    ),
    Experiment(
        "workers killed",
        "Processes",
        "SIGKILL of workers, their master and the scheduler.",
        f"Resets may answer 503. {AGAIN}",
        kills_in_turn("scheduler", "worker master", "worker", "worker"),
        frozenset({"503"}),
        is_quick=True,
        kills=True,
    ),
    Experiment(
        "clones killed",
        "Processes",
        "SIGKILL of workers while they clone, at moments chosen at random.",
        "The session that waits gets its data all the same.",
        kill_clones,
        frozenset({"503"}),
        kills=True,
    ),
    Experiment(
        "anything killed",
        "Processes",
        "SIGKILL of any process, one after another.",
        AGAIN,
        kills(*ROLES, times=12),
        frozenset({CUT, "503"}),
        kills=True,
    ),
    Experiment(
        "processes stopped",
        "Processes",
        f"SIGSTOP of one process of each role for {STOPPED_SECONDS} s.",
        "Requests in hand wait; resets may answer 503.",
        stop_and_continue,
        frozenset({CUT, "503"}),
        kills=True,
    ),
    Experiment(
        "supervisor killed",
        "Processes",
        "SIGKILL of what supervises the processes.",
        "They all end with it, and the next start goes on.",
        kill_the_supervisor,
        frozenset({CUT, "503"}),
        kills=True,
    ),
)
