"""Tells whom a session waits for, while it waits."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import psycopg
from psycopg import Connection

from ..catalog.reading import ask, query

PATIENCE = 2.0
"""Seconds between two questions; what is done sooner asks none."""


class LockWatch:
    """While it is entered, tells who holds a lock that the connection waits for, each once.

    A thread with a connection of its own asks; `tell` is called in it.
    """

    def __init__(self, connection: "Connection[Any]", tell: Callable[[str], None]) -> None:
        info = connection.info
        self._login = (info.dsn, info.password)
        self._pid = info.backend_pid
        self._tell = tell
        self._told: set[str] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lock watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        """Ask until it is over; that this fails does not disturb the session."""
        if self._done.wait(PATIENCE):
            return
        url, password = self._login
        with (
            suppress(psycopg.Error),
            psycopg.connect(url, password=password, autocommit=True, connect_timeout=5) as other,
        ):
            while not self._done.wait(PATIENCE):
                for (who,) in ask(other, query("blocking"), {"pid": self._pid}):
                    if who not in self._told:
                        self._told.add(who)
                        self._tell(f"waiting for a lock of {who}")
