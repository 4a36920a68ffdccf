"""The options of `clone` that choose rows."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..execution.selection import DataChoice


def add_data_options(sub: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    for name, text in (
        ("--include-table-data", "copy rows of the tables that match only"),
        ("--exclude-table-data", "make the tables that match without rows"),
    ):
        sub.add_argument(name, action="append", default=[], metavar="PATTERN", help=text)
    sub.add_argument(
        "--where",
        action="append",
        default=[],
        type=_condition,
        metavar="TABLE=SQL",
        help="copy of a table the rows that match, with all that they need in other such tables",
    )


def data_choice(options: argparse.Namespace) -> "DataChoice | None":
    """Return what was chosen; None when all rows are to be copied."""
    if not (options.include_table_data or options.exclude_table_data or options.where):
        return None
    from ..execution.selection import DataChoice

    return DataChoice(
        include=tuple(options.include_table_data),
        exclude=tuple(options.exclude_table_data),
        where=dict(options.where),
    )


def _condition(text: str) -> tuple[str, str]:
    table, equals, condition = text.partition("=")
    if not (table and equals and condition):
        raise argparse.ArgumentTypeError("give a table and a condition: TABLE=SQL")
    return table, condition
