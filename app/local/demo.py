"""The whole demo on this machine: servers, data, then the processes of the Procfile."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from sqlalchemy import Engine, create_engine

import app
from app.database.engines import engine_url
from app.local.endpoint import HOST, port_is_free
from app.local.errors import PortTaken
from app.local.process import kill_orphans
from app.local.procfile import run_procfile
from app.local.stack import LocalStack
from app.local.steps import Steps
from app.local.watch import Watch

Fill = Callable[[Engine, Steps], None]
"""Brings the database to where the processes can serve it, a step at a time."""

ROOT = Path(app.__file__).parent.parent
SHARED_LOGIN = (
    "The web server works with the login of DATABASE_URL: that role may not make others. "
    "docs/security.md has the statements that give it logins of its own."
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop."""


@dataclass(frozen=True)
class Demo:
    """One demo: where it keeps its state, where it serves, what it was given and what it runs."""

    home: Path
    port: int
    environment: Mapping[str, str]
    steps: Steps
    fill: Fill
    accounts: Mapping[str, str] = field(default_factory=dict)
    procfile: Path = ROOT / "Procfile"
    verbose: bool = False

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://{HOST}:{self.port}"

    def run(self) -> None:
        """Start everything, serve until asked to stop, and leave no process behind.

        Raises:
            LocalStackError: the sentence says what is in the way, or what ended by itself.
        """
        stack = LocalStack(self.home, self.environment)
        _on_signal(_raise_stopped)
        try:
            stack.acquire(self.url)
            self._ensure_port()
            self._prepare(stack)
            self._serve(stack)
        except Stopped:
            pass
        finally:
            _on_signal(signal.SIG_IGN)  # the rest takes a second and must not be cut short
            kill_orphans(keep=stack.server_pids())
            stack.stop()
        self.steps.say("Stopped.")

    def _ensure_port(self) -> None:
        if not port_is_free(self.port):
            raise PortTaken(
                f"Port {self.port} is taken by another program: end it, or choose another port "
                "with PORT=."
            )

    def _prepare(self, stack: LocalStack) -> None:
        given = {name for name in ("DATABASE_URL", "REDIS_URL") if self.environment.get(name)}
        with self.steps.step("Postgres" + (" of DATABASE_URL" if "DATABASE_URL" in given else "")):
            stack.start_postgres()
        with self.steps.step("Redis of REDIS_URL" if "REDIS_URL" in given else "Valkey"):
            stack.start_valkey()
        with self.steps.step("Secrets"):
            stack.keep_secrets()
        options = {"prepare_threshold": None}
        engine = create_engine(engine_url(stack.database_url), connect_args=options)
        try:
            self.fill(engine, self.steps)
        finally:
            engine.dispose()
        with self.steps.step("Logins of the web server"):
            separate = stack.keep_logins()
        if not separate:
            self.steps.say(SHARED_LOGIN)

    def _serve(self, stack: LocalStack) -> None:
        watch = Watch(stack, self.url, lambda: self._welcome(stack), self.steps.say)
        self.steps.say("Starting web, worker and scheduler…")
        watch.start()
        try:
            run_procfile(
                self.procfile,
                stack.home / "log" / "processes.log",
                self._child_environment(stack),
                keep=stack.server_pids(),
                on_stop=lambda: self.steps.say("Stopping…"),
                echo=self.verbose,
            )
        finally:
            watch.stop()

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
        rows = {
            "Pages": self.url,
            **self.accounts,
            "Ops": f"{self.url}/ops/",
            "Ops login": f"ops / {stack.values['OPS_PASSWORD']}",
            "Logs": str(stack.home / "log"),
            "Stop": "Ctrl-C",
        }
        self.steps.panel("Masa Madre is ready", rows)


def _on_signal(handler: object) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, handler)  # type: ignore[arg-type]


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    _on_signal(signal.SIG_IGN)
    raise Stopped
