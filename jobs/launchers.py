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


class WorkerLauncher:
    """Standing workers serve one queue for all tenants, so nothing has to be started."""

    def queue_of(self, tenant_id: UUID) -> str:
        """The queue that standing workers serve first."""
        del tenant_id
        return URGENT

    def launch(self, tenant_id: UUID) -> None:
        """Do nothing: the workers are there."""


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
