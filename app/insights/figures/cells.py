"""Counts as they may be shown: none of one to four visitors."""

from dataclasses import dataclass

FEWEST = 5
HIDDEN = f"<{FEWEST}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of visitors. Of too few, only that is shown."""

    count: int

    @property
    def is_hidden(self) -> bool:
        """True for one to four."""
        return 0 < self.count < FEWEST

    @property
    def shown(self) -> int:
        """The count, or 0 where it is hidden: for a chart."""
        return 0 if self.is_hidden else max(0, self.count)

    def __str__(self) -> str:
        """Return the count with its thousands, or that it is hidden."""
        return HIDDEN if self.is_hidden else f"{max(0, self.count):,}"

    def share_of(self, whole: "Cell") -> str:
        """Return the share in per cent, or a dash where one of both is hidden or there is none."""
        if self.is_hidden or whole.is_hidden or whole.count <= 0:
            return "–"
        return f"{100 * max(0, self.count) / whole.count:.1f} %"

    def against(self, earlier: "Cell") -> str:
        """Return the change from an earlier count, in per cent."""
        if self.is_hidden or earlier.is_hidden or earlier.count <= 0:
            return "–"
        return f"{100 * (self.count - earlier.count) / earlier.count:+.0f} %"
