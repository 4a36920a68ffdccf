"""The lock that lets one process at a time run the stack of a state directory."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from app.local.errors import AlreadyRunning

LOCK_FILE = "lock"


@dataclass(frozen=True)
class Holder:
    """The process that runs the stack, and where its pages are when it serves any."""

    pid: int
    url: str | None = None


class StateLock:
    """Held from before anything starts until everything has stopped, by the kernel's word.

    The kernel lets go of it when the holder ends, however it ends: there is no stale lock.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / LOCK_FILE
        self._stream: IO[str] | None = None

    def acquire(self, url: str | None = None) -> None:
        """Take the lock.

        Raises:
            AlreadyRunning: another process has it.
        """
        stream = os.fdopen(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            raise AlreadyRunning(self._explain()) from None
        stream.truncate()
        json.dump(asdict(Holder(os.getpid(), url)), stream)
        stream.flush()
        self._stream = stream

    def release(self) -> None:
        """Let go of the lock. Harmless when it is not held."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def find_holder(self) -> Holder | None:
        """The process that holds the lock, None when nobody does."""
        try:
            stream = self._file.open()
        except FileNotFoundError:
            return None
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _read_holder(stream)
        return None

    def _explain(self) -> str:
        holder = self.find_holder()
        process = f"process {holder.pid}" if holder else "another process"
        where = f" on {holder.url}" if holder and holder.url else ""
        return (
            f"The stack of {self._file.parent} is running already ({process}{where}): "
            "stop that one first, or name another directory with STATE_DIR=."
        )


def _read_holder(stream: IO[str]) -> Holder | None:
    try:
        return Holder(**json.loads(stream.read()))
    except ValueError:  # it has just taken the lock and not written yet
        return None
