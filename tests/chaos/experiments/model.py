"""What an experiment is, and which failures it allows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import psutil

from tests.chaos.history import History
from tests.chaos.stack import Stack


@dataclass
class Trial:
    """One time that an experiment is done: what it works on, and what it did."""

    stack: Stack
    random: Random
    done: int = 0
    """How many things were broken: kills, lost answers, outages."""
    history: History = field(default_factory=History)
    killed: Counter[str] = field(default_factory=Counter)
    """Processes of ours that were killed, by role or by the job that they did."""

    def kill(self, process: psutil.Process, what: str) -> None:
        """Kill a process of ours, and count it."""
        process.kill()
        self.killed[what] += 1
        self.done += 1


@dataclass(frozen=True)
class Experiment:
    """One thing to break.

    `allows` are the failures that visitors may see meanwhile: statuses, or `CUT`.
    """

    name: str
    part: str
    does: str
    promise: str
    act: Callable[[Trial], None]
    allows: frozenset[str] = frozenset()
    is_quick: bool = False
    kills: bool = False
    """It ends processes of ours."""


ALLOWED: dict[str, frozenset[str]] = {}
"""The failures that each experiment allows, by its name."""


BREAKS_JOBS: set[str] = set()
"""The experiments in which jobs may fail for good: they kill processes, or fail requests too."""


def register(*experiments: Experiment) -> tuple[Experiment, ...]:
    """Make experiments known to the checkers."""
    ALLOWED.update({each.name: each.allows for each in experiments})
    BREAKS_JOBS.update(each.name for each in experiments if each.allows or each.kills)
    return experiments
