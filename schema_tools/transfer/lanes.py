"""Pairs of connections that work side by side, each from the source to the target."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Generic, TypeVar

import psycopg
from psycopg import Connection

from .sessions import another

Task = TypeVar("Task")


@dataclass(frozen=True)
class Lane:
    """A connection on each side."""

    source: "Connection[Any]"
    target: "Connection[Any]"

    def cancel(self) -> None:
        """Stop what both are doing."""
        for connection in (self.source, self.target):
            with suppress(psycopg.Error):
                connection.pgconn.get_cancel().cancel()


@contextmanager
def open_lanes(
    source: "Connection[Any]",
    target: "Connection[Any]",
    jobs: int,
    begin: "Callable[[Connection[Any]], None]",
) -> Iterator[list[Lane]]:
    """Open pairs of connections; `begin` begins the source's transaction of each."""
    with ExitStack() as stack:
        lanes = []
        for _ in range(jobs):
            lane = Lane(
                stack.enter_context(closing(another(source))),
                stack.enter_context(closing(another(target))),
            )
            begin(lane.source)
            lanes.append(lane)
        yield lanes


def work(lanes: list[Lane], tasks: Iterable[Task], do: Callable[[Lane, Task], None]) -> None:
    """Do every task on a lane that is free, in their order; the first failure stops the others."""
    crew = _Crew(lanes, deque(tasks), do)
    threads = [Thread(target=crew.run, args=(lane,), daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException as error:  # an interrupt
        crew.fail(error)
        for thread in threads:
            thread.join()
        raise
    if crew.failures:
        raise crew.failures[0]


@dataclass
class _Crew(Generic[Task]):
    """Lanes that take their tasks from one queue."""

    lanes: list[Lane]
    waiting: deque[Task]
    do: Callable[[Lane, Task], None]
    failures: list[BaseException] = field(default_factory=list)

    def run(self, lane: Lane) -> None:
        """Do tasks until none is left, or one has failed."""
        while not self.failures:
            try:
                task = self.waiting.popleft()
            except IndexError:
                return
            try:
                self.do(lane, task)
            except BaseException as error:
                self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Stop what all lanes are doing."""
        self.failures.append(error)
        for lane in self.lanes:
            lane.cancel()
