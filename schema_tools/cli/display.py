"""Shows on a terminal how a clone gets on: with rich where it is installed, else in plain lines."""

import sys
from typing import TYPE_CHECKING, Any, Self

from ..plan import Phase

if TYPE_CHECKING:
    from ..execution.executor import Step


def say(text: str) -> None:
    """Print a line of results."""
    sys.stdout.write(f"{text}\n")


def warn(text: str) -> None:
    """Print a warning, on standard error."""
    sys.stderr.write(f"warning: {text}\n")


def human_bytes(size: float) -> str:
    """The size in a unit that a person reads."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1024:
            return f"{size:,.0f} {unit}"
        size /= 1024
    return f"{size:,.1f} GB"


def phase_words(phase: Phase) -> str:
    """The phase as a person says it."""
    return phase.name.lower().replace("_", " ")


class Display:
    """Progress by phase and table on standard error; silent where that is no terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self.is_shown = not quiet and sys.stderr.isatty()
        self._last: tuple[Phase, str] | None = None
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if self.is_shown:
            self._bar = _rich_bar()
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("", total=100.0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, step: "Step") -> None:
        """Show that a statement is done."""
        item = step.statement
        words = f"{phase_words(item.phase)}: {item.identity}"
        if self._bar is not None:
            self._bar.update(self._task, completed=step.percent, description=words)
            return
        now = (item.phase, item.identity if item.phase is Phase.ROWS else "")
        if now != self._last:
            self._last = now
            shown = words if item.phase is Phase.ROWS else phase_words(item.phase)
            sys.stderr.write(f"{step.percent:3.0f}% {shown} ({step.done}/{step.total})\n")


def _rich_bar() -> Any:
    """A bar of rich's, or None where rich is not installed."""
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    except ImportError:
        return None
    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
