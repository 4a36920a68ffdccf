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
    """Prints steps as they are done. A terminal that was closed is no reason to fail."""

    def __init__(self, console: Console) -> None:
        self._console = console
        utf = console.encoding.startswith("utf")
        self._done, self._failed = ("✓", "✗") if utf else ("ok", "!!")

    @contextmanager
    def step(self, title: str, bar: bool = False) -> Iterator[ReportProgress]:
        """Show that a step is under way, and how long it took once it is done.

        With a bar, the caller moves it: what is made, how much of it, of all.
        """
        started, done = time.monotonic(), False
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
        hidden = not (bar and self._console.is_terminal)  # without a terminal it has no reader
        progress = Progress(*columns, console=self._console, transient=True, disable=hidden)
        try:
            with progress if bar else self._console.status(title):
                task = progress.add_task(title, total=None)
                yield lambda what, so_far, total: progress.update(
                    task, description=what, completed=so_far, total=total
                )
            done = True
        finally:
            sign = f"[green]{self._done}[/]" if done else f"[red]{self._failed}[/]"
            self._print(f"{sign} {title} [dim]{time.monotonic() - started:.1f} s[/]")

    def say(self, text: str) -> None:
        """Print one plain line."""
        self._print(text, markup=False, soft_wrap=True)

    def panel(self, title: str, rows: dict[str, str]) -> None:
        """Print the rows, name and value, in a frame."""
        table = Table.grid(padding=(0, 2))
        for name, value in rows.items():
            table.add_row(name, value)
        self._print(Panel(table, title=title, expand=False, padding=(1, 2)))

    def end_line(self) -> None:
        """Leave the line, and show the cursor, of a program that was killed while it drew."""
        self._console.show_cursor()
        self._print("")

    def _print(self, what: object, markup: bool = True, soft_wrap: bool = False) -> None:
        with suppress(OSError):
            self._console.print(what, markup=markup, soft_wrap=soft_wrap, highlight=False)
