"""Prints sessions and pools for operators: tables on a terminal, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

PIPE_WIDTH = 200
"""Columns of a table that does not go to a terminal."""


def show_json(value: object) -> None:
    """Print for a program."""
    click.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))


def show_rows(title: str, rows: Sequence[Mapping[str, Any]], empty: str) -> None:
    """Print a table with a column for each key; where there are no rows, the sentence."""
    if not rows:
        click.echo(empty)
        return
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        numbers = all(isinstance(row[name], int | float) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    _console().print(table)


def show_values(title: str, values: Mapping[str, Any]) -> None:
    """Print one thing, a line for each value."""
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in values.items():
        table.add_row(name.replace("_", " "), _cell(value))
    _console().print(table)


def _console() -> Console:
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)
