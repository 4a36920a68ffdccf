"""Asks for a reset and waits for its end, but not for long."""

import time
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from app.control.ports import Dispatcher
from app.control.reset.status import ResetStatus
from app.errors import Unavailable

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.02
"""How often the job's state is read: a reset takes some 20 ms."""

TAKING_SECONDS = 1.0
"""A worker that is idle takes a job well within this time."""


class ResetRequests:
    """Has resets done elsewhere; one that is under way for the session is joined."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def run(self, session: UUID, seconds: float) -> ResetStatus:
        """Ask for a reset of the session and wait for its end for so many seconds.

        Returns how it ended, or that it is still under way.

        Raises:
            Unavailable: Redis is away, no worker takes the job, or the reset failed.
        """
        try:
            status = self._wait(session, seconds)
        except RedisError as error:
            log.warning("reset not asked for", action="reset_failed", error=type(error).__name__)
            raise _unavailable() from error
        refused = _REFUSALS.get(status)
        if refused is not None:
            raise Unavailable(refused[0], code=status.value, headers={"Retry-After": refused[1]})
        return status

    def find_status(self, session: UUID) -> ResetStatus | None:
        """Return how the session's last reset stands; None when nothing is known of one."""
        try:
            return self._dispatcher.find_reset(session)
        except RedisError:
            return None

    def _wait(self, session: UUID, seconds: float) -> ResetStatus:
        self._dispatcher.reset(session)
        started = time.monotonic()
        while (status := self._dispatcher.find_reset(session)) is None or status.is_under_way:
            waited = time.monotonic() - started
            if waited >= seconds:
                if status is not ResetStatus.RUNNING and waited >= TAKING_SECONDS:
                    self._ensure_taken(session)
                return status or ResetStatus.QUEUED
            time.sleep(POLL_SECONDS)
        return status

    def _ensure_taken(self, session: UUID) -> None:
        """Leave the job to a worker that is busy; withdraw it where none is.

        It would undo later what the visitor has done meanwhile.
        """
        if not self._dispatcher.has_busy_worker() and self._dispatcher.withdraw_reset(session):
            log.error("no worker takes resets", action="reset_failed", error="no worker")
            raise _unavailable()


_REFUSALS = {
    ResetStatus.BUSY: (
        "Tu demo está guardando cambios. Vuelve a intentarlo en un momento.",
        "1",
    ),
    ResetStatus.POOL_EMPTY: (
        "Ahora mismo no hay datos nuevos preparados. Inténtalo en unos segundos.",
        "5",
    ),
    ResetStatus.FAILED: (
        "No hemos podido devolver tu demo a los datos del principio. Inténtalo de nuevo.",
        "5",
    ),
}


def _unavailable() -> Unavailable:
    return Unavailable(
        "Ahora mismo no podemos devolver tu demo a los datos del principio. Inténtalo en unos"
        " segundos.",
        code="reset_unavailable",
        headers={"Retry-After": "5"},
    )
