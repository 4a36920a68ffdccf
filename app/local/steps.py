"""What a start looks like on the terminal: one line a step, with a tick and its seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

ReportProgress = Callable[[str, int, int], None]


class Steps:
    """Prints steps as they are done. A terminal that has gone away is no reason to fail."""

    def __init__(self, console: Console) -> None:
        self._console = console
        plain = not console.encoding.startswith("utf")
        self._done, self._failed = ("ok", "!!") if plain else ("✓", "✗")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show that a step is under way, and how long it took once it is done."""
        started = time.monotonic()
        try:
            with self._console.status(title):
                yield
        except BaseException:
            self._finish(f"[red]{self._failed}[/]", title, started)
            raise
        self._finish(f"[green]{self._done}[/]", title, started)

    @contextmanager
    def progress(self, title: str) -> Iterator[ReportProgress]:
        """Like a step, with a bar that the caller moves: what is made, how much of it, of all."""
        started = time.monotonic()
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
        try:
            # Without a terminal there is nobody to watch a bar move.
            hidden = not self._console.is_terminal
            with Progress(*columns, console=self._console, transient=True, disable=hidden) as bar:
                task = bar.add_task(title, total=None)

                def report(what: str, done: int, total: int) -> None:
                    bar.update(task, description=what, completed=done, total=total)

                yield report
        except BaseException:
            self._finish(f"[red]{self._failed}[/]", title, started)
            raise
        self._finish(f"[green]{self._done}[/]", title, started)

    def say(self, text: str) -> None:
        """Print one plain line."""
        with suppress(OSError):
            self._console.print(text, markup=False, highlight=False)

    def panel(self, title: str, rows: dict[str, str]) -> None:
        """Print the rows, name and value, in a frame."""
        table = Table.grid(padding=(0, 2))
        for name, value in rows.items():
            table.add_row(name, value)
        with suppress(OSError):
            self._console.print(Panel(table, title=title, expand=False, padding=(1, 2)))

    def _finish(self, sign: str, title: str, started: float) -> None:
        seconds = time.monotonic() - started
        with suppress(OSError):
            self._console.print(f"{sign} {title} [dim]{seconds:.1f} s[/]", highlight=False)
