"""Background tasks of a web process: work that no visitor has to wait for."""

import os
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class BackgroundTasks:
    """Runs tasks in one thread of the process, each name once at a time.

    A task that raises is logged and dropped, and so is one that still waits when the process ends.
    Only work that cleanup repeats anyway may be submitted.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Callable[[], object]] = {}
        self._wakeup = threading.Event()
        self._lock = threading.Lock()
        self._process = 0

    def submit(self, name: str, task: Callable[[], object]) -> None:
        """Run the task soon; return at once. It replaces a task of the same name that waits."""
        with self._lock:
            self._waiting[name] = task
            if self._process != os.getpid():  # the first one, or the first after a fork
                self._process = os.getpid()
                threading.Thread(target=self._run, name="background-tasks", daemon=True).start()
        self._wakeup.set()

    def _run(self) -> None:
        while True:
            self._wakeup.wait()
            self._wakeup.clear()
            with self._lock:
                waiting, self._waiting = self._waiting, {}
            for task in waiting.values():
                try:
                    task()
                except Exception as error:  # the thread has to outlive any failure
                    kind = type(error).__name__
                    log.warning("background task failed", action="task_failed", error=kind)
