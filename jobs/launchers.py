"""What runs a clone job: a worker that stands ready, or a Kubernetes Job made for it."""

from typing import Protocol
from uuid import UUID

from app.config import ConfigurationError, Settings

URGENT = "clone"
"""Clones that a visitor waits for."""


class Launcher(Protocol):
    """Where a tenant's clone job is queued, and what starts the one who works on it."""

    def queue_of(self, tenant_id: UUID) -> str:
        """The name of the queue for this tenant's clone."""

    def launch(self, tenant_id: UUID) -> None:
        """See that somebody works on that queue. Launching twice is launching once."""

    def running(self) -> set[UUID]:
        """The tenants for which something was started and has not been removed."""

    def remove(self, tenant_id: UUID) -> None:
        """Remove what was started for a tenant. Removing twice is removing once."""


class WorkerLauncher:
    """Standing workers serve one queue for all tenants, so nothing has to be started."""

    def queue_of(self, tenant_id: UUID) -> str:
        """The queue that standing workers serve first."""
        del tenant_id
        return URGENT

    def launch(self, tenant_id: UUID) -> None:
        """Do nothing: the workers are there."""

    def running(self) -> set[UUID]:
        """None: nothing is started for a single tenant."""
        return set()

    def remove(self, tenant_id: UUID) -> None:
        """Do nothing: there is nothing."""


def make_launcher(settings: Settings) -> Launcher:
    """The launcher that `CLONE_LAUNCHER` names.

    Raises:
        ConfigurationError: it names one that this version does not have.
    """
    if settings.clone_launcher == "worker":
        return WorkerLauncher()
    raise ConfigurationError(
        "CLONE_LAUNCHER=kubernetes is not available in this version: use CLONE_LAUNCHER=worker."
    )
