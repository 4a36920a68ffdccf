"""The whole demo on this machine: servers, data, then the processes of the Procfile."""

import errno
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

import app
from app.local import LocalStackError
from app.local.children import describe_exit, kill_orphans, run_to_end
from app.local.server import HOST, port_is_free
from app.local.stack import LocalStack
from app.local.steps import Steps
from app.local.supervisor import Supervisor

ROOT = Path(app.__file__).parent.parent
BOOTSTRAP = (sys.executable, "-m", "app.local.bootstrap")
POLL_SECONDS = 0.1
READY_SECONDS = 2
PATIENCE_SECONDS = 30


class Stopped(Exception):
    """The demo was asked to stop."""


class StopSignal:
    """SIGINT, SIGTERM and SIGHUP, noted when they come and obeyed where something is waited for.

    A handler that raised would do so in the middle of any statement: in a driver's, it leaves a
    connection with a command in progress; in a destructor's, it is swallowed.
    """

    def __init__(self) -> None:
        self._came = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raise Stopped once one of the signals has come."""
        if self._came:
            raise Stopped

    def _note(self, *_: object) -> None:
        self._came = True


@dataclass(frozen=True)
class Demo:
    """One demo: where it keeps its state, where it serves, what it was given and what it runs."""

    home: Path
    port: int
    environment: Mapping[str, str]
    steps: Steps
    stop_signal: StopSignal
    accounts: Mapping[str, str] = field(default_factory=dict)
    bootstrap: Sequence[str] = BOOTSTRAP
    procfile: Path = ROOT / "Procfile"

    def run(self, echo: bool = False) -> None:
        """Start everything, serve until asked to stop, and leave no process behind.

        With `echo`, what the processes log is shown as well.
        """
        stack = LocalStack(self.home, self.environment, self.stop_signal.check)
        try:
            stack.acquire(f"http://{HOST}:{self.port}")
            self._prepare(stack)
            self._serve(stack, echo)
        except Stopped:
            pass
        except (LocalStackError, OSError, psycopg.Error) as error:
            raise _explain(error, stack) from error
        finally:
            kill_orphans(keep=stack.server_pids())
            stack.stop()
        self.steps.say("Stopped.")

    def _prepare(self, stack: LocalStack) -> None:
        """Start the servers and bring the database up to date, a step at a time."""
        if not port_is_free(self.port):
            taken = f"Port {self.port} is taken by another program"
            raise LocalStackError(f"{taken}: end it, or choose another port with PORT=.")
        given = self.environment.get
        with self.steps.step("Postgres of DATABASE_URL" if given("DATABASE_URL") else "Postgres"):
            stack.start_postgres()
        with self.steps.step("Redis of REDIS_URL" if given("REDIS_URL") else "Valkey"):
            stack.start_valkey()
        with self.steps.step("Secrets"):
            stack.keep_secrets()
        self._bootstrap(stack)
        with self.steps.step("Logins of the web server"):
            separate = stack.keep_logins()
        if not separate:
            self.steps.say(
                "The web server works with the login of DATABASE_URL: that role may not make "
                "others. docs/security.md has the statements that give it logins of its own."
            )

    def _bootstrap(self, stack: LocalStack) -> None:
        """Have a process of its own prepare the database; it prints its steps as ours."""
        environment = self._child_environment(stack)
        check_stop = self.stop_signal.check
        try:
            code, complaints = run_to_end(self.bootstrap, environment, check_stop, cwd=ROOT)
        except Stopped:
            self.steps.end_line()
            raise
        if code:
            stack.ensure_servers_run()
            raise LocalStackError(
                complaints or f"The database was not made ready: that ended {describe_exit(code)}."
            )

    def _serve(self, stack: LocalStack, echo: bool) -> None:
        """Keep the processes running, and say once when the pages are ready."""
        supervisor = Supervisor(
            self.procfile,
            stack.home / "log" / "processes.log",
            self._child_environment(stack),
            self.steps.say,
            stack.server_pids,
            echo,
        )
        self.steps.say("Starting web, worker and scheduler…")
        problem: str | None = "not asked yet"
        patience_ends = time.monotonic() + PATIENCE_SECONDS
        try:
            supervisor.start()
            while True:
                self.stop_signal.check()
                stack.ensure_servers_run()
                supervisor.check()
                if problem is not None and (problem := find_problem(self.port)) is None:
                    self._welcome(stack)
                if problem and time.monotonic() > patience_ends:
                    self.steps.say(f"Starting; not ready yet: {problem}")
                    patience_ends += PATIENCE_SECONDS
                time.sleep(POLL_SECONDS)
        finally:
            self.steps.say("Stopping…")
            supervisor.stop()

    def _child_environment(self, stack: LocalStack) -> dict[str, str]:
        programs = str(Path(sys.executable).parent)
        return {
            **self.environment,
            **stack.values,
            "PATH": os.pathsep.join((programs, self.environment.get("PATH", os.defpath))),
            "PORT": str(self.port),
            "STATE_DIR": str(self.home),
            "PYTHONUNBUFFERED": "1",
        }

    def _welcome(self, stack: LocalStack) -> None:
        url = f"http://{HOST}:{self.port}"
        rows = {
            "Pages": url,
            **self.accounts,
            "Ops": f"{url}/ops/",
            "Ops login": f"ops / {stack.values['OPS_PASSWORD']}",
            "Logs": str(stack.home / "log"),
            "Stop": "Ctrl-C",
        }
        self.steps.panel("Masa Madre is ready", rows)


def find_problem(port: int) -> str | None:
    """Return what keeps the pages from being ready, None when they are."""
    connection = HTTPConnection(HOST, port, timeout=READY_SECONDS)
    try:
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        said = answer.read(500).decode(errors="replace")
        return None if answer.status == 200 else f"/ready answers {answer.status}: {said}"
    except (OSError, HTTPException) as error:
        return f"/ready does not answer: {error}"
    finally:
        connection.close()


def _explain(error: Exception, stack: LocalStack) -> LocalStackError:
    """Return the error as a sentence: a full disk has many, of which no two say what to do."""
    full = os.strerror(errno.ENOSPC)
    logged = [line for server in stack.servers for line in server.log_lines()]
    if any(full in text for text in (str(error), *logged)):
        return LocalStackError(
            f"The disk of {stack.home} is full: free some space and start again. "
            "What is stored there is kept."
        )
    return error if isinstance(error, LocalStackError) else LocalStackError(str(error))
