"""Runs the commands of the Procfile under honcho until one ends or somebody says stop."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Message, Printer
from honcho.process import Popen, Process

from app.local.errors import LOG_LINES_SHOWN, ServerFailed
from app.local.process import adopt_orphans, die_with_parent, kill_orphans

STOP_SECONDS = 10


class LastWords:
    """Writes what the processes say to a log, and remembers the last lines of each."""

    def __init__(self, log: IO[str], echo: bool) -> None:
        outputs = [log, sys.stdout] if echo else [log]
        self._printers = [Printer(output) for output in outputs]
        self._last: dict[str, deque[str]] = {}

    @property
    def width(self) -> int:
        """The width of the longest process name."""
        return int(self._printers[0].width)

    @width.setter
    def width(self, width: int) -> None:
        for printer in self._printers:
            printer.width = width

    def write(self, message: Message) -> None:
        """Take one line, or some, of one process."""
        text = message.data
        lines = (text.decode(errors="replace") if isinstance(text, bytes) else text).splitlines()
        self._last.setdefault(message.name, deque(maxlen=LOG_LINES_SHOWN)).extend(lines)
        for printer in self._printers:
            printer.write(message)

    def of(self, name: str) -> list[str]:
        """The last lines of one process."""
        return list(self._last.get(name, ()))


class BoundProcess(Process):  # type: ignore[misc]
    """A process of the Procfile that ends when we end, even by SIGKILL."""

    def __init__(self, command: str, **options: object) -> None:
        # Without `exec` a shell would stand between us and the program, and take the signals.
        super().__init__(f"exec {command}", **options)
        self._end_with_us = die_with_parent(signal.SIGKILL)

    def run(self, events: object = None, ignore_signals: bool = False) -> None:
        """Start the program and pass on what it says; runs in a process that honcho forks."""
        if self._end_with_us is not None:
            self._end_with_us()
        self._child_ctor = partial(Popen, preexec_fn=die_with_parent(signal.SIGTERM))
        super().run(events, ignore_signals)


class Processes(Manager):  # type: ignore[misc]
    """Honcho's manager, with an answer to who ended first and an end to all patience."""

    def __init__(self, words: LastWords, keep: set[int], on_stop: Callable[[], None]) -> None:
        # What a process is bound to is set up before the fork that starts it.
        multiprocessing.set_start_method("fork", force=True)
        super().__init__(words)
        self._process_ctor = BoundProcess
        self.ended_first: str | None = None
        self._keep = keep
        self._on_stop = on_stop
        self._over = threading.Event()

    def terminate(self) -> None:
        """Ask every process to end, and kill what is there after `STOP_SECONDS`."""
        if self._terminating:
            return
        if not self._all_started():  # honcho cannot stop what has not told its number yet
            threading.Timer(0.1, self.terminate).start()
            return
        self.ended_first = next(self._ended(), None)
        threading.Thread(target=self._see_to_the_end, daemon=True).start()
        super().terminate()

    def run(self) -> None:
        """Run until one process ends or SIGINT, SIGTERM or SIGHUP arrives, then end them all.

        Raises:
            ServerFailed: a process ended by itself; its last lines are in the message.
        """
        # Honcho knows the first two signals only; a closed terminal sends the third.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        self.loop()
        self._over.set()
        for process in self._processes.values():
            process["process"].join()
        if self.ended_first is not None:
            code = self._processes[self.ended_first]["returncode"]
            last = [f"  {line}" for line in self._printer.of(self.ended_first)]
            message = f"The process {self.ended_first} ended by itself, with code {code}."
            raise ServerFailed("\n".join([message, *last]))

    def _see_to_the_end(self) -> None:
        """Kill what its parent left behind while stopping, and everything when that takes long.

        A child of a child holds the pipe that honcho reads: while it lives, honcho waits.
        """
        self._on_stop()
        deadline = time.monotonic() + STOP_SECONDS
        ours = self._keep | {process["process"].pid for process in self._processes.values()}
        while not self._over.wait(0.1):
            kill_orphans(keep=ours)
            if time.monotonic() > deadline:
                self.kill()

    def _ended(self) -> Iterator[str]:
        return (name for name, process in self._processes.items() if "returncode" in process)


def run_procfile(
    procfile: Path,
    log: Path,
    environment: Mapping[str, str],
    keep: set[int],
    on_stop: Callable[[], None],
    echo: bool = False,
) -> None:
    """Run every command of a Procfile beside it, writing what they say to a log.

    At the end all our descendants are killed but those to keep, by process id.

    Raises:
        ServerFailed: a process ended by itself.
    """
    commands = parse_procfile(procfile.read_text()).processes
    adopt_orphans()
    with log.open("a") as stream:
        processes = Processes(LastWords(stream, echo), keep, on_stop)
        for name, command in commands.items():
            processes.add_process(name, command, env=dict(environment), cwd=str(procfile.parent))
        processes.run()
