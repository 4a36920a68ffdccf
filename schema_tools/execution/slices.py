"""Cuts the copy of a large table into slices, so that progress within it is seen.

A slice is a range of the table's blocks, which the server reads without an index (a TID range scan,
from Postgres 14 on). All slices are read in one snapshot, so together they are the table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..plan import Phase, Statement

SLICE_BYTES = 256 << 20
"""A slice is about so large: some seconds of copying."""

BLOCK_BYTES = 8192
"""Postgres' usual size of a block; another one makes slices larger or smaller."""


def slice_large(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Give the statements of a plan, and several in place of one that copies a large table."""
    for item in statements:
        if item.phase is Phase.ROWS and item.size >= 2 * SLICE_BYTES:
            yield from _slices(item)
        else:
            yield item


def _slices(item: Statement) -> Iterator[Statement]:
    """Give the slices; the last has no end, since the table may have grown."""
    count = item.size // SLICE_BYTES
    blocks = item.size // BLOCK_BYTES // count
    for number in range(count):
        first, last = number * blocks, (number + 1) * blocks
        end = f" AND ctid < '({last},0)'" if number < count - 1 else ""
        yield replace(
            item, sql=f"{item.sql} WHERE ctid >= '({first},0)'{end}", size=item.size // count
        )
