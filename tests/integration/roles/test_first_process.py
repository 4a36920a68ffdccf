"""A role can be stopped at any moment of its life, also as the first process of a container."""

import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.fixtures.live import free_port
from tests.integration.roles.first_process import ROOT, contained, ensure_namespaces
from tests.support.waiting import wait_until

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

ROLES = (
    ["web"],
    ["dashboard"],
    ["worker"],
    ["scheduler"],
    ["clone", "clone-00000000-0000-0000-0000-000000000000"],
    ["cleanup"],
    ["migrate"],
    ["seed"],
)
NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1",
}
STARTING, WORKED = 143, 0
GRACE_SECONDS = 100
"""More than any role needs; the chart's `terminationGracePeriodSeconds` are less."""


@pytest.fixture
def settings(migrated_url, redis_url):
    """What the roles find, where servers are there and where none is.

    The scheduler's first jobs may run before a role is stopped: they find their tables.
    """
    ensure_namespaces()
    secret = {"JWT_SECRET": "a secret for tests, at least 32 bytes long", "WORKER_PROCESSES": "1"}
    there = {"DATABASE_URL": migrated_url, "REDIS_URL": redis_url}
    return {"there": there | secret, "away": NOWHERE | secret}


def is_started(container):
    """Whether the role's own program runs, behind the shell that is process 1."""
    first = container.first()
    return Path(f"/proc/{first}/task/{first}/children").read_text().split()


@pytest.mark.parametrize(("place", "moment"), [("there", "at once"), ("away", "started")])
def test_a_role_that_starts_can_be_stopped(settings, tmp_path, place, moment):
    with ExitStack() as stack:
        roles = [
            stack.enter_context(contained(each, tmp_path, **settings[place])) for each in ROLES
        ]
        for role in roles:
            if moment == "started":
                wait_until(lambda each=role: is_started(each), f"{role.role} to start")
            code, _ = role.stop(GRACE_SECONDS)
            assert code == STARTING, f"{role.role}: {code}\n{role.said()}"
            assert "Traceback" not in role.said(), role.said()


def shown_on(port):
    """The metrics of a process, or nothing while it does not answer."""
    with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return answer.read().decode()
    return ""


def shows(port, sign, place):
    """Whether its metrics have this sign, and say whether Redis is away."""
    shown = shown_on(port)
    return sign in shown and ("demo_redis_away_seconds 0.0" in shown) == (place == "there")


def is_alive(file):
    """What a probe finds."""
    probe = subprocess.run([ROOT / "bin" / "role", "alive"], env={"HEARTBEAT_FILE": str(file)})
    return probe.returncode == 0


@pytest.mark.parametrize("place", ["there", "away"])
def test_a_role_that_works_shows_it_and_ends_with_0(settings, tmp_path, place):
    with ExitStack() as stack:
        files = {role: tmp_path / f"{role}.alive" for role in ("worker", "scheduler")}
        ports = {role: free_port() for role in files}
        worker, scheduler = (
            stack.enter_context(
                contained(
                    [role], tmp_path, **settings[place],
                    HEARTBEAT_FILE=str(file), METRICS_PORT=str(ports[role]),
                )
            )
            for role, file in files.items()
        )  # fmt: skip
        signs = {"worker": "demo_worker_processes 1.0", "scheduler": "demo_scheduler_passes_total"}
        for container in (worker, scheduler):
            sign = "Registering birth" if container.role == "scheduler" else "Starting worker"
            if place == "away":
                sign = '"redis_failed"'
            wait_until(lambda each=container, what=sign: what in each.said(), sign, 120)
            role = container.role
            wait_until(lambda each=role: is_alive(files[each]), f"the heartbeat of {role}", 60)
            wait_until(lambda each=role: shows(ports[each], signs[each], place), role, 60)
            code, _ = container.stop(GRACE_SECONDS)
            assert code == WORKED, f"{role}: {code}\n{container.said()}"
            assert container.said().count('"action": "redis_failed"') <= 2, container.said()
            assert "Traceback" not in container.said(), container.said()
