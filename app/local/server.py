"""What our Postgres and our Valkey share: a port, a password, a log, and a life of one run."""

import json
import os
import secrets
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import Signals
from subprocess import Popen

import psutil

from app.local import LocalStackError, children
from app.local.children import CheckStop
from app.local.data_dir import Account
from app.local.state_dir import write_private

HOST = "127.0.0.1"
START_SECONDS = 60
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}
"""All that a server sees of our environment: no PGDATA, PGPORT or PGOPTIONS of the user's."""


class Server(ABC):
    """One server below a home directory, which runs from `start` to `stop`, while we do.

    ``home/postgres`` or ``home/valkey`` holds its data, the ``.json`` file beside it the port and
    password, and ``home/log`` what it says in this run and, as ``.1``, in the one before.
    """

    name: str
    program: str
    signals: Sequence[Signals]
    """What stops it, from the mildest on; the first is also sent when our own process ends."""

    check_stop: CheckStop = staticmethod(lambda: None)

    def __init__(self, home: Path, overrides: Mapping[str, str] | None = None) -> None:
        key = self.name.lower()
        self.home = home.resolve()
        self.log = self.home / "log" / f"{key}.log"
        self.data = self.home / key
        self._endpoint_file = self.home / f"{key}.json"
        self._port, self._password = 0, ""
        self._overrides = dict(overrides or {})
        self._account: Account = {}
        self._process: Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the server, None when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server with the data it had when it was stopped, or with new data.

        It listens on the port of the last run, or on another when that is taken by now.
        """
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))
        self._prepare(is_known=self._load_endpoint())
        self.stop_leftover()
        if not port_is_free(self._port):
            self._port = free_port()
        self._save_endpoint()
        self._launch()

    def stop(self) -> None:
        """Have the server write what it holds and end. Harmless when it does not run."""
        if self._process is not None:
            if self._process.poll() is None:
                children.stop([psutil.Process(self._process.pid)], self.signals)
            self._process.wait()
            self._process = None

    def stop_leftover(self) -> None:
        """Stop the server of an earlier run whose end it survived, and its backends."""
        children.stop(children.find_servers(self.program, self.data), self.signals)

    def ensure_runs(self) -> None:
        """Raise LocalStackError when the server has ended by itself."""
        code = self._process.poll() if self._process else None
        if code is not None:
            raise self._failure(
                f"{self.name} ended by itself, {children.describe_exit(code)}. "
                "Its data is kept: start again to go on with it."
            )

    def log_lines(self) -> list[str]:
        """Return the last lines that the server has logged since its start."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return text.splitlines()[-children.LOG_LINES_SHOWN :]

    @abstractmethod
    def _prepare(self, is_known: bool) -> None:
        """Make what has to be there; is the endpoint of the last run known?"""

    @abstractmethod
    def _command(self) -> list[str]:
        """Return the command line that starts the server on its port."""

    @abstractmethod
    def _answers(self) -> bool:
        """Return whether our server, and no other, answers to our password on our port."""

    def _load_endpoint(self) -> bool:
        """Take port and password of the last run; False, and new ones, when they are lost."""
        try:
            kept = json.loads(self._endpoint_file.read_bytes())
            self._port, self._password = int(kept["port"]), str(kept["password"])
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            self._port, self._password = free_port(), secrets.token_urlsafe(24)
            return False
        return True

    def _save_endpoint(self) -> None:
        kept = {"port": self._port, "password": self._password}
        write_private(self._endpoint_file, json.dumps(kept) + "\n")

    def _launch(self) -> None:
        """Start the program and wait until it answers."""
        options = {"cwd": "/", "umask": 0o077, **self._account}
        with self.log.open("ab") as log:
            options |= {"stdout": log, "stderr": log}
            self._process = children.start(self._command(), ENVIRONMENT, self.signals[0], **options)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            self.check_stop()
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise self._failure(
                    f"{self.name} does not start. Where its log has no remedy, `make clean` "
                    f"removes {self.data} and all else, and the next start makes it again."
                )
            time.sleep(0.02)

    def _failure(self, message: str) -> LocalStackError:
        end = f"The end of {self.log}:"
        return LocalStackError(children.with_lines(message, end, self.log_lines()))


def free_port() -> int:
    """Return a TCP port of the loopback address on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Return whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        # As the servers themselves do: a connection that just ended does not keep a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True
