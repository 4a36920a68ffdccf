"""How far a reset is, and what came of it: the words that the job and the web process share."""

from enum import StrEnum


class ResetStatus(StrEnum):
    """Where a session's last reset stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    BUSY = "busy"
    """The session's own requests are writing; nothing was changed."""
    POOL_EMPTY = "pool_empty"
    """It needs a fresh tenant, none is ready, and none could be cloned for it."""
    OVER = "over"
    """The session had ended."""
    FAILED = "failed"

    @property
    def is_under_way(self) -> bool:
        """Tell whether its end is still to come."""
        return self in (ResetStatus.QUEUED, ResetStatus.RUNNING)
