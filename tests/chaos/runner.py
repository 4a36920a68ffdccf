"""Runs experiments under visitors, and judges what is left: the whole suite from top to bottom."""

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from typing import Any

import psycopg
import pytest

from tests.chaos.checkers import CHECKERS
from tests.chaos.checkers.model import Checker, Scene
from tests.chaos.experiments.model import Experiment, Trial
from tests.chaos.history import History
from tests.chaos.stack import Stack
from tests.chaos.visitors import PATIENCE_SECONDS, WAIT_SECONDS, Gate, Visitor

SETTLE_SECONDS = 180
"""What settles has settled after so long, whatever was broken."""

LOOKS = 3
"""So often a checker looks that is disturbed: the drop of a schema may deadlock with it."""

SHOWN = 3
"""So much is told of what settled last."""

WORK_SECONDS = 60
"""Visitors who have not written after so long are not waited for."""
WRITES = 8
"""So many writes are waited for before and after a thing is broken."""


@dataclass
class Result:
    """What became of one trial."""

    name: str
    done: int
    usable_after: float
    settled_after: float
    acknowledged: int
    failures: dict[str, int] = field(default_factory=dict)
    slowest_failure: float = 0.0
    violations: list[str] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=dict)
    stopped: str = ""
    """Why it was not done to its end, as a process of its own did not start in time."""
    settled_last: list[str] = field(default_factory=list)
    """What was still wrong just before everything had settled."""


class Run:
    """Visitors at work on a stack, and the experiments that they live through."""

    def __init__(self, stack: Stack, seed: int, visitors: int, pause: float) -> None:
        self.stack = stack
        self.seed = seed
        self.history = History()
        self.gate = Gate()
        self.scene = Scene(stack, self.history)
        self.results: list[Result] = []
        self.settled_last: list[str] = []
        self._told: set[str] = set()
        self.visitors = [
            Visitor(stack.url, f"{seed}/{number}", self.history, self.gate, pause)
            for number in range(visitors)
        ]

    def perform(
        self, experiment: Experiment, around: float = 1.0, *, is_judged: bool = True
    ) -> Result:
        """Do one experiment while visitors work; return what was seen once things have settled.

        Visitors work for `around` seconds before and after it, and until some have written.
        Without `is_judged` it is left to the next trial to say what is wrong.
        """
        acknowledged, failed = self.history.acknowledged.total(), len(self.history.failures)
        random = Random(f"{self.seed}/{experiment.name}/{len(self.results)}")
        trial = Trial(self.stack, random, history=self.history)
        ended = len(self.stack.ends())
        self.gate.is_open.set()
        self._let_work(around)
        self.history.during = experiment.name
        stopped = self._act(experiment, trial)
        usable = self.stack.wait_until_ready()
        self._let_work(around)
        self.pause()
        if not experiment.kills:
            self.history.ends += self.stack.ends()[ended:]
        began = time.monotonic()
        violations = [each for each in self.settle() if each not in self._told] if is_judged else []
        self._told.update(violations)
        failures = self.history.failures[failed:]
        result = Result(
            experiment.name,
            trial.done,
            round(usable, 1),
            round(time.monotonic() - began, 1),
            self.history.acknowledged.total() - acknowledged,
            dict(Counter(each.kind for each in failures)),
            round(max((each.seconds for each in failures), default=0.0), 1),
            violations,
            dict(trial.killed),
            stopped,
            self.settled_last[:SHOWN],
        )
        self.history.during = ""
        self.results.append(result)
        return result

    def _act(self, experiment: Experiment, trial: Trial) -> str:
        """Do it; what it cannot go on from is wrong, and the others are done all the same."""
        try:
            experiment.act(trial)
        except pytest.fail.Exception as error:  # of `wait_until_ready`
            return str(error).partition(";")[0]
        except Exception as error:
            self.history.wrong.append(
                f"{experiment.name} stopped: {type(error).__name__}: {error}"[:300]
            )
        return ""

    def _let_work(self, least: float) -> None:
        """Wait for so many seconds, and until visitors have written, which a busy machine delays.

        An experiment that no visitor lived through would show nothing.
        """
        wanted = self.history.acknowledged.total() + min(WRITES, len(self.visitors) // 2)
        time.sleep(least)
        end = time.monotonic() + WORK_SECONDS
        while self.history.acknowledged.total() < wanted and time.monotonic() < end:
            time.sleep(0.1)

    def pause(self) -> None:
        """Have every visitor end what they are doing, and do no more."""
        self.gate.is_open.clear()
        end = time.monotonic() + PATIENCE_SECONDS + WAIT_SECONDS
        time.sleep(0.05)
        while any(visitor.busy for visitor in self.visitors):
            assert time.monotonic() < end, "a visitor does not come to an end"
            time.sleep(0.05)
        crashed = [visitor.crash for visitor in self.visitors if visitor.crash]
        if crashed:
            raise crashed[0]

    def settle(
        self, checkers: Iterable[Checker] = CHECKERS, seconds: float = SETTLE_SECONDS
    ) -> list[str]:
        """Wait until all that settles has; return what is wrong then.

        `settled_last` has what was still wrong at the look before.
        """
        checkers = tuple(checkers)
        waiting = [checker for checker in checkers if checker.settles]
        end = time.monotonic() + seconds
        self.settled_last = []
        while (wrong := self._look(waiting)) and time.monotonic() < end:
            self.settled_last = wrong
            time.sleep(0.5)
        return wrong + self._look([each for each in checkers if not each.settles])

    def _look(self, checkers: Iterable[Checker]) -> list[str]:
        return [sentence for checker in checkers for sentence in self._ask(checker)]

    def _ask(self, checker: Checker) -> list[str]:
        """Return what a checker says; one that is disturbed, as a schema goes, looks again."""
        for _ in range(LOOKS):
            try:
                return [f"{checker.name}: {told}" for told in checker.look(self.scene)]
            except (psycopg.Error, OSError, HTTPException) as error:
                disturbed = f"{checker.name}: {error}"
        return [disturbed]

    def totals(self) -> dict[str, Any]:
        """Return the figures of the whole run."""
        return {
            "sessions": len(self.history.visits),
            "acknowledged": self.history.acknowledged.total(),
            "requests": sum(self.history.requests.values()),
            "answers": dict(sorted(self.history.requests.items())),
        }


@contextmanager
def visitors_at_work(stack: Stack, seed: int, visitors: int, pause: float):  # type: ignore[no-untyped-def]
    """A run whose visitors come to an end with the block."""
    run = Run(stack, seed, visitors, pause)
    for visitor in run.visitors:
        visitor.start()
    try:
        yield run
    finally:
        run.gate.stopped.set()
        for visitor in run.visitors:
            visitor.join()
