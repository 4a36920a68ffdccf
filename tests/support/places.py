"""Directories of tests: in memory where there is room: a database is hundreds of small files."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
OURS = "mm-tests"


@contextmanager
def scratch_directory(prefix: str) -> Iterator[Path]:
    """A directory that the unprivileged account which runs Postgres for root can reach.

    A new database takes a seventh of the time in memory.
    """
    path = Path(tempfile.mkdtemp(prefix=f"{OURS}-{os.getpid()}-{prefix}", dir=_place()))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@cache
def _place() -> Path | None:
    """Return the file system in memory, if programs may lie there, or None."""
    if not MEMORY.is_dir():
        return None
    _remove_leftovers()
    found = os.statvfs(MEMORY)
    fits = found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC
    return MEMORY if fits else None


def _remove_leftovers() -> None:
    """Remove what processes left there that were killed: it is memory."""
    for path in MEMORY.glob(f"{OURS}-*"):
        if not Path("/proc", path.name.removeprefix(f"{OURS}-").partition("-")[0]).exists():
            shutil.rmtree(path, ignore_errors=True)
