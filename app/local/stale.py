"""The lock file of a Postgres that is gone, removed once nothing of that Postgres is left."""

import time
from pathlib import Path

from app.local.errors import ServerFailed

SHARED_MEMORY = Path("/proc/sysvipc/shm")
LINE_OF_SHARED_MEMORY = 6
ID_COLUMN, ATTACHED_COLUMN = 1, 6


def remove_stale_lock(data: Path, patience: float = 30) -> None:
    """Remove ``postmaster.pid`` of a server that has ended; the caller knows that it has.

    Postgres refuses to start while that number belongs to any process, and in a container it
    soon does: to a zombie that nobody reaps, or after a restart to a stranger. Backends that
    survived their server still write to the data. They hold its shared memory, so the file goes
    when that is free. Where the system does not list shared memory, the file is left alone.

    Raises:
        ServerFailed: backends are still there after `patience` seconds.
    """
    lock = data / "postmaster.pid"
    if not lock.exists() or not SHARED_MEMORY.exists():
        return
    segment = _segment_of(lock)
    deadline = time.monotonic() + patience
    while segment is not None and _is_attached(segment):
        if time.monotonic() > deadline:
            raise ServerFailed(
                f"Processes of an earlier Postgres still use {data}: end them, then start again."
            )
        time.sleep(0.05)
    lock.unlink()


def _segment_of(lock: Path) -> str | None:
    lines = lock.read_text().splitlines()
    fields = lines[LINE_OF_SHARED_MEMORY].split() if len(lines) > LINE_OF_SHARED_MEMORY else []
    return fields[1] if len(fields) == 2 else None


def _is_attached(segment: str) -> bool:
    rows = (line.split() for line in SHARED_MEMORY.read_text().splitlines()[1:])
    return any(row[ID_COLUMN] == segment and row[ATTACHED_COLUMN] != "0" for row in rows)
