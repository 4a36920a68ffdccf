"""What the system takes while a crowd is there, every two seconds."""

import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from threading import Event, Thread
from typing import Any

import psutil
import psycopg

from tests.chaos.stack import Stack

EVERY_SECONDS = 2.0
COUNTS = """
SELECT (SELECT count(*) FROM control.tenants WHERE state = 'ready' AND is_demo),
       (SELECT count(*) FROM control.demo_sessions WHERE status = 'active'),
       (SELECT count(*) FROM control.demo_sessions WHERE status = 'pending'),
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""


@dataclass
class Sample:
    """One look: `at` in seconds since 1970, memory in MB."""

    at: float
    ready: int
    active: int
    pending: int
    connections: int
    web_mb: float
    workers_mb: float
    postgres_mb: float
    descriptors: int
    """Of the web process that has most."""


class Watch:
    """Looks at a stack until it is stopped."""

    def __init__(self, stack: Stack) -> None:
        self.samples: list[Sample] = []
        self._stack = stack
        self._stopped = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def as_list(self) -> list[dict[str, Any]]:
        """Return the samples for a file."""
        return [asdict(sample) for sample in self.samples]

    def _run(self) -> None:
        with self._stack.database() as database:
            while not self._stopped.wait(EVERY_SECONDS):
                with suppress(psutil.Error):  # a process may end while it is looked at
                    self.samples.append(self._look(database))

    def _look(self, database: "psycopg.Connection[tuple[object, ...]]") -> Sample:
        counts = [int(str(value)) for value in database.execute(COUNTS).fetchone() or ()]
        roles = self._stack.processes()
        web = roles["web master"] + roles["web process"]
        workers = roles["worker master"] + roles["worker"] + roles["scheduler"]
        assert self._stack.postgres.pid is not None
        postmaster = psutil.Process(self._stack.postgres.pid)
        return Sample(
            time.time(),
            *counts,
            memory_mb(web),
            memory_mb(workers),
            memory_mb([postmaster, *postmaster.children(recursive=True)]),
            max((process.num_fds() for process in web), default=0),
        )


def memory_mb(processes: list[psutil.Process]) -> float:
    """Return the MB of these processes: what each has for itself, and what they share once.

    From `statm`: `smaps` is exact, and took a quarter of a processor with fifty backends.
    """
    own = shared = 0
    for process in processes:
        with suppress(psutil.Error):
            info = process.memory_info()
            own += info.rss - info.shared
            shared = max(shared, info.shared)
    return round((own + shared) / (1 << 20), 1)
