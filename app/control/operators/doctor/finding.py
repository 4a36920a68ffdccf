"""What a check has found."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.control.services import ControlServices


class Verdict(StrEnum):
    """How a check ended. A `skipped` one could not be made, and says why."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what is so, why it matters, and the command that repairs it."""

    check: str
    verdict: Verdict
    what: str
    why: str = ""
    repair: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the finding for programs."""
        return asdict(self)


Check = Callable[["ControlServices"], Iterator[Finding]]
"""A check may give several findings. What it raises becomes a finding of its own."""


def ok(check: str, what: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(check, Verdict.OK, what)


def warning(check: str, what: str, why: str, repair: str) -> Finding:
    """Return that something works and should be otherwise."""
    return Finding(check, Verdict.WARNING, what, why, repair)


def failed(check: str, what: str, why: str, repair: str) -> Finding:
    """Return that something keeps the system from working, or from being safe."""
    return Finding(check, Verdict.FAILED, what, why, repair)


def skipped(check: str, what: str) -> Finding:
    """Return that something could not be checked here."""
    return Finding(check, Verdict.SKIPPED, what)
