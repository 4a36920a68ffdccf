"""Memory that a master and its workers share: who is alive until when, and what was done.

A master that forks shares it with its children. Each of them writes in a slot of its own, so that
none can lock another out, however it ends. The next process in a slot goes on with its counts.
"""

import time
from collections.abc import Iterator
from mmap import mmap

from jobs.queue.task_names import TASKS

SHOWN, DUE, COUNTS = 0, 1, 2
NAMES = sorted(TASKS)
PER_TASK = 3
"""Done, failed, seconds."""

WIDTH = COUNTS + PER_TASK * len(NAMES)
SIZE = 8


class ProcessBoard:
    """What each of so many processes has shown.

    Times are of the monotonic clock, which all processes of a host share.
    """

    def __init__(self, slots: int) -> None:
        self._cells = memoryview(mmap(-1, SIZE * WIDTH * slots)).cast("d")

    def clear(self, slot: int) -> None:
        """Let a new process have the slot: it is believed for as long as others are."""
        now = time.monotonic()
        self._cells[WIDTH * slot + SHOWN] = now
        self._cells[WIDTH * slot + DUE] = now

    def show(self, slot: int) -> None:
        """Say that the process runs; a thread of it does, so that only a stop prevents it."""
        self._cells[WIDTH * slot + SHOWN] = time.monotonic()

    def expect(self, slot: int, seconds: float) -> None:
        """Say that the main loop comes round within so many seconds."""
        self._cells[WIDTH * slot + DUE] = time.monotonic() + seconds

    def is_hung(self, slot: int, grace: float) -> bool:
        """Return whether it has shown nothing, or its main loop is late, for so many seconds."""
        shown, due = self._cells[WIDTH * slot : WIDTH * slot + COUNTS]
        return time.monotonic() - min(shown, due) > grace

    def count(self, slot: int, task: str, done: bool, seconds: float) -> None:
        """Count a job; one that names no task of ours is not counted."""
        if task in TASKS:
            first = WIDTH * slot + COUNTS + PER_TASK * NAMES.index(task)
            self._cells[first + (0 if done else 1)] += 1
            self._cells[first + 2] += seconds

    def totals(self) -> Iterator[tuple[str, int, int, float]]:
        """Yield each task with how often it was done, how often it failed, and its seconds."""
        slots = range(0, len(self._cells), WIDTH)
        for place, task in enumerate(NAMES):
            firsts = [slot + COUNTS + PER_TASK * place for slot in slots]
            done, failed, seconds = (
                sum(self._cells[first + what] for first in firsts) for what in range(PER_TASK)
            )
            yield task, int(done), int(failed), seconds
