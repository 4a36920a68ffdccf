"""Lets a web process leave errands to a thread, so that no visitor waits for Redis."""

import os
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Errands:
    """Runs what it is given a moment later, in a thread of its own: each name once at a time.

    What fails is logged and given up, and so is what waits when the process ends: only what
    somebody makes up for anyway is an errand.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Callable[[], object]] = {}
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._process = 0

    def leave(self, name: str, errand: Callable[[], object]) -> None:
        """Have it done; returns at once. Another of the same name that still waits is replaced."""
        with self._lock:
            self._waiting[name] = errand
            if self._process != os.getpid():  # the first one, or the first after a fork
                self._process = os.getpid()
                threading.Thread(target=self._run, name="errands", daemon=True).start()
        self._rung.set()

    def _run(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            with self._lock:
                waiting, self._waiting = self._waiting, {}
            for errand in waiting.values():
                try:
                    errand()
                except Exception as error:  # the thread has to outlive whatever happens
                    kind = type(error).__name__
                    log.warning("errand given up", action="errand_failed", error=kind)
