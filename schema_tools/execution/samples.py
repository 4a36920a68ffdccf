"""Chooses the rows that a rehearsal copies: all of a small schema's, a sample of a large one's."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from itertools import groupby

from ..plan import ClonePlan, Phase, Statement


class Rows(Enum):
    """How many of the source's rows a rehearsal copies."""

    ALL = "all"
    SAMPLE = "sample"
    NONE = "none"


REHEARSED_BYTES = 8 << 20
"""A rehearsal copies all rows of a schema up to this size, and samples a larger one."""

SAMPLE_ROWS = 100
"""Rows of each table."""

SAMPLED_AT_ONCE = 250
"""Tables whose samples are there together, so that they take little room."""


def rows_to_rehearse(plan: ClonePlan) -> Rows:
    """Tell how many rows a rehearsal of the plan copies."""
    few = sum(item.size for item in plan.statements) <= REHEARSED_BYTES
    return Rows.ALL if few else Rows.SAMPLE


def rehearsed(plan: ClonePlan, rows: Rows) -> list[Statement]:
    """Return a rehearsal's statements: samples of rows are deleted before the next kind begins.

    One savepoint holds the samples of many tables and is released: the server looks at every
    relation that the transaction made when a savepoint ends, and at each of those left open too.
    """
    statements: list[Statement] = []
    for is_rows, group in groupby(plan.statements, lambda item: item.phase is Phase.ROWS):
        items = list(group)
        if not is_rows or rows is Rows.ALL:
            statements += items
        elif rows is Rows.SAMPLE:
            for start in range(0, len(items), SAMPLED_AT_ONCE):
                statements += _sampled(items[start : start + SAMPLED_AT_ONCE])
    return statements


def _sampled(items: list[Statement]) -> Iterator[Statement]:
    yield replace(items[0], sql="SAVEPOINT sample", size=0)
    for item in items:
        yield replace(item, sql=f"{item.sql} LIMIT {SAMPLE_ROWS}", size=0)
    for sql in ("ROLLBACK TO SAVEPOINT sample", "RELEASE SAVEPOINT sample"):
        yield replace(items[-1], sql=sql, size=0)
