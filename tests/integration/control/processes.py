"""Runs parts of the system in processes of their own, so that tests can kill them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[3]


@contextmanager
def python(script: str, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A Python that runs the script with the test's environment; killed at the end.

    What it logs goes to `log`.
    """
    command = [sys.executable, "-c", script]
    with ExitStack() as stack:
        errors = stack.enter_context(log.open("wb")) if log else None
        process = subprocess.Popen(
            command, cwd=ROOT, start_new_session=True, env=dict(os.environ), stderr=errors
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL the process and all that it started: RQ's worker forks for every job."""
    if process.poll() is None:
        for pid in [process.pid, *children(process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def children(pid: int) -> list[int]:
    """The process ids of all that a process has started, and so on."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, listed) for found in (child, *children(child))]


def wait_for(what, seconds: float = 90.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def wait_until_stuck(database: psycopg.Connection, application: str) -> None:
    """Wait until a connection whose name begins so waits for a lock or sleeps."""

    def stuck() -> bool:
        return database.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND starts_with(application_name, %s)"
            " AND state = 'active' AND (wait_event_type = 'Lock' OR wait_event = 'PgSleep'))",
            [application],
        ).fetchone()[0]

    wait_for(stuck)


def wait_until_gone(database: psycopg.Connection, application: str) -> None:
    """Wait until no such connection is left: a server notices late that its client has died."""
    wait_for(
        lambda: (
            not database.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE datname = current_database() AND starts_with(application_name, %s))",
                [application],
            ).fetchone()[0]
        )
    )
