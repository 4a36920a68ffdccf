"""Collects what cannot be cloned, so that one run tells of all of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import UnsupportedObject, UnsupportedObjects


class Refusals:
    """The objects of one schema that cannot be cloned."""

    def __init__(self) -> None:
        self.found: list[UnsupportedObject] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Go on after a refusal, which is told at the end."""
        try:
            yield
        except UnsupportedObject as error:
            self.found += error.refusals
        except (LookupError, ValueError):
            if not self.found:
                raise  # else it comes of what was left out

    def raise_any(self) -> None:
        """Raise what was collected.

        Raises:
            UnsupportedObject: the one object that was refused, or `UnsupportedObjects` for all.
        """
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise UnsupportedObjects(self.found)
