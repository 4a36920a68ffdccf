"""Removes what a stopped stack has kept, and nothing else that may lie in its directory."""

import shutil
from pathlib import Path

from app.config import STATE_FILE
from app.local.lock import LOCK_FILE, StateLock
from app.local.place import remove_shelter
from app.local.postgres import PostgresServer
from app.local.valkey import ValkeyServer

KEPT = (
    *("postgres", "postgres.json", "postgres.new", "postgres.password"),
    *("valkey", "valkey.json", "log", "install.new", STATE_FILE, LOCK_FILE),
)


def clean(home: Path) -> bool:
    """Remove the stack's data, logs and secrets; False when there was nothing.

    Raises:
        AlreadyRunning: the stack runs.
        ServerFailed: a server of an earlier run is still there and does not stop.
    """
    home = home.absolute()
    if not home.is_dir():
        return False
    lock = StateLock(home)
    lock.acquire()
    try:
        PostgresServer(home).stop_leftover()
        ValkeyServer(home).stop_leftover()
        remove_shelter(home)
        for path in (*(home / name for name in KEPT), *home.glob("install-*")):
            _remove(path)
    finally:
        lock.release()
    if not any(home.iterdir()):
        home.rmdir()
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
