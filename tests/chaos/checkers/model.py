"""What a checker is."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.history import History
from tests.chaos.stack import Stack


@dataclass(frozen=True)
class Scene:
    """What a checker looks at."""

    stack: Stack
    history: History


@dataclass(frozen=True)
class Checker:
    """One invariant: what it holds, in a sentence, and how it is looked at.

    `settles` is True where what it holds is reached after a time, as jobs come by the clock.
    """

    name: str
    holds: str
    look: Callable[[Scene], list[str]]
    settles: bool = True
