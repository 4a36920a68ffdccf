"""What all rows of catalog queries have in common."""

from typing import ClassVar


class Row:
    """The base of all rows; `catalog` is the system catalog that the row's `oid` is of."""

    __slots__ = ()
    catalog: ClassVar[str] = ""
