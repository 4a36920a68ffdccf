"""Keeps the processes of the Procfile running: one that ends by itself is started again."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from logging import LogRecord, makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from app.local import LocalStackError, children

STOP_SECONDS = 10
LONGEST_WAIT = 30
"""Seconds before another start, at most; the first comes at once, then after 1, 2, 4 …"""
STABLE_SECONDS = 20
"""A process that has run for so long counts as started."""
WEB, WEB_ATTEMPTS = "web", 5
"""The stack stops when this process has not stayed up in so many starts in a row."""
LARGEST_LOG, OLD_LOGS, LONGEST_LINE = 10_000_000, 2, 65_536


@dataclass
class _Child:
    """A line of the Procfile, and the process that runs it; `due` is its last or next start."""

    name: str
    command: str
    process: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    due: float = 0
    failures: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=children.LOG_LINES_SHOWN))


class Supervisor:
    """The processes of one Procfile, which run beside it, each in a session of its own.

    Without `web` the others are for nothing: where that does not stay up, the stack stops. They
    are tried for as long as the stack runs: a Redis that answers with errors ends a scheduler, and
    is well again at some time. Honcho, which did this before, stops all when one process ends.
    """

    def __init__(
        self,
        procfile: Path,
        log: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        server_pids: Callable[[], set[int]],
        echo: bool,
    ) -> None:
        lines = re.findall(r"^([\w-]+):\s*(.+)$", procfile.read_text(), re.MULTILINE)
        self._children = [_Child(name, command) for name, command in lines]
        self._directory = procfile.parent
        self._environment = environment
        self._say = say
        self._server_pids = server_pids
        self._log = _Log(log, maxBytes=LARGEST_LOG, backupCount=OLD_LOGS)
        self._echo = echo

    def start(self) -> None:
        """Start every process. They end with the thread that calls this."""
        children.adopt_orphans()
        for child in self._children:
            self._start(child)

    def check(self) -> None:
        """Start again what has ended, when its time has come. Call it several times a second."""
        for child in self._children:
            seconds = time.monotonic() - child.due
            if child.process is None:
                if seconds >= 0:
                    self._start(child)
            elif child.process.poll() is not None:
                self._plan_restart(child, child.process, seconds)
            elif child.failures and seconds >= STABLE_SECONDS:
                child.failures = 0
                self._say(f"{child.name} runs again.")

    def stop(self) -> None:
        """Ask every process to end, and kill what is left after `STOP_SECONDS`."""
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(p.poll() is None for p in running):
            time.sleep(0.05)
        for process in running:
            children.kill_group(process)
        children.kill_orphans(keep=self._server_pids())
        self._log.close()

    def _start(self, child: _Child) -> None:
        # Without `exec` a shell would stand between us and the program, and take the signals.
        command = ["/bin/sh", "-c", f"exec {child.command}"]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": self._directory}
        child.due = time.monotonic()
        child.process = children.start(command, self._environment, signal.SIGTERM, **options)
        arguments = (child, child.process.stdout)
        child.reader = threading.Thread(target=self._copy_lines, args=arguments, daemon=True)
        child.reader.start()

    def _plan_restart(self, child: _Child, ended: subprocess.Popen[bytes], seconds: float) -> None:
        """Clear away what a process left, say that it ended, and decide when it starts again."""
        child.process = None
        children.kill_group(ended)
        running = {other.process.pid for other in self._children if other.process}
        children.kill_orphans(keep=running | self._server_pids())
        if child.reader is not None:
            child.reader.join(1)
        child.failures = 1 if seconds >= STABLE_SECONDS else child.failures + 1
        what = f"{child.name} ended by itself, {children.describe_exit(ended.returncode)}."
        if child.name == WEB and child.failures == WEB_ATTEMPTS:
            what += f" It did so {WEB_ATTEMPTS} times in a row."
            raise LocalStackError(children.with_lines(what, "Its last lines:", child.last))
        wait = min(2 ** (child.failures - 2), LONGEST_WAIT) if child.failures > 1 else 0
        child.due = time.monotonic() + wait
        if 2 ** (child.failures - 3) < LONGEST_WAIT:  # said until the wait no longer grows
            when = f"in {wait} s" if wait else "at once"
            what += f" It is started again {when}; {self._log.baseFilename} says more."
            self._say(children.with_lines(what, "Its last line:", list(child.last)[-1:]))

    def _copy_lines(self, child: _Child, output: IO[bytes]) -> None:
        with output:
            while line := output.readline(LONGEST_LINE):
                text = line.decode(errors="replace").rstrip()
                child.last.append(text)
                named = f"{time.strftime('%H:%M:%S')} {child.name:<9} | {text}"
                self._log.handle(makeLogRecord({"msg": named}))
                if self._echo:
                    sys.stdout.write(f"{named}\n")


class _Log(RotatingFileHandler):
    """A log that begins another file when it is full."""

    def handleError(self, record: LogRecord) -> None:
        """Leave out a line that cannot be written: a full disk is no reason to stop."""
