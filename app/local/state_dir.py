"""The state directory: its private files, its secrets, and the lock of the process that uses it."""

import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from dotenv import dotenv_values

from app.local import LocalStackError
from app.settings.table import STATE_FILE

LOCK_FILE = "lock"
SECRET_BYTES = {"JWT_SECRET": 48, "OPS_PASSWORD": 12, "LEADS_KEYS": 48}
"""What is made once and kept, and how many random bytes it has."""
SHORTEST_JWT_SECRET = 32


class StateLock:
    """Held from before anything starts until everything has stopped.

    The kernel releases it when the holder ends, however it ends: there is no stale lock.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stream: IO[str] | None = None

    def acquire(self, url: str | None = None) -> None:
        """Make the state directory and take its lock; LocalStackError when a process has it.

        Root's may be searched by others, because Postgres runs as another user; the files in it
        that matter are private one by one.
        """
        if not self._home.is_dir():
            self._home.mkdir(parents=True)
            self._home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        descriptor = os.open(self._home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        stream = os.fdopen(descriptor, "r+", errors="replace")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with stream:
                holder = stream.readline(200).strip()
            running = f"The stack of {self._home} is running already ({holder})"
            remedy = "stop that one first, or name another directory with STATE_DIR=."
            raise LocalStackError(f"{running}: {remedy}") from None
        stream.truncate()
        stream.write(f"process {os.getpid()}, {url or 'without pages'}\n")
        stream.flush()
        self._stream = stream

    def close(self) -> None:
        """Release the lock. Harmless when it is not held."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def write_private(file: Path, content: str) -> None:
    """Replace a file at once by one that only its owner can read."""
    scratch = file.with_name(f".{file.name}.new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())  # else a power cut may leave the new name with nothing in it
    scratch.replace(file)


def keep_secrets(
    home: Path, urls: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Write and return the URLs and secrets: from the environment, the file, or made now."""
    file = home / STATE_FILE
    kept = _read_secrets(file) if file.exists() else {}
    values = dict(urls)
    for name, length in SECRET_BYTES.items():
        values[name] = environment.get(name) or kept.get(name) or secrets.token_urlsafe(length)
    write_private(file, "".join(f"{name}={_quote(value)}\n" for name, value in values.items()))
    return values


def _read_secrets(file: Path) -> dict[str, str | None]:
    try:
        kept = dotenv_values(file, interpolate=False)
    except UnicodeDecodeError:
        kept = {}
    if len(kept.get("JWT_SECRET") or "") < SHORTEST_JWT_SECRET:
        raise LocalStackError(
            f"{file} with the secrets is empty or cut: put it back from a copy, or remove it and "
            "the next start makes new ones; demo sessions that are open then end."
        )
    return kept


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
