"""Keeps the answer to a question that anybody may ask, so that asking again costs nothing."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class ShortCache(Generic[T]):
    """What `read` returned, for so many seconds, in this process.

    One thread reads at a time. Others get what is known meanwhile; before the first answer they
    wait for it. An error is raised to the thread that met it, and not kept.
    """

    def __init__(self, seconds: float, read: Callable[[], T]) -> None:
        self._seconds = seconds
        self._read = read
        self._lock = Lock()
        self._known: tuple[float, T] | None = None

    def get(self) -> T:
        """Return the answer, which is at most as old as the cache keeps one."""
        known = self._known
        if known is not None and self._is_fresh(known):
            return known[1]
        if not self._lock.acquire(blocking=known is None):
            assert known is not None
            return known[1]
        try:
            if self._known is None or not self._is_fresh(self._known):
                self._known = (time.monotonic(), self._read())
            return self._known[1]
        finally:
            self._lock.release()

    def _is_fresh(self, known: tuple[float, T]) -> bool:
        return time.monotonic() - known[0] < self._seconds
