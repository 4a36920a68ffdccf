"""What runs clone jobs: workers that stand ready, or Kubernetes Jobs made for them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from app.config import ConfigurationError, Settings
from jobs.kubernetes.manifest import ensure_jobs_can_be_made

URGENT = "clone"
"""Clones that a visitor waits for, and the launching of what clones them."""

POOL = "pool"


class CloneRouting(Protocol):
    """Which queue a clone goes to, and whether somebody has to be started for that queue."""

    launches: bool
    """True if a queue is worked on only after `jobs.kubernetes` has started a pod for it."""

    def queue_of(self, tenant_id: UUID) -> str:
        """The queue for the clone that a visitor waits for."""

    def batches(self, tenant_ids: Sequence[UUID]) -> list[tuple[str, Sequence[UUID]]]:
        """The queues for clones of the pool, each with its tenants."""


class WorkerRouting:
    """Standing workers serve two queues for all tenants, so nothing has to be started."""

    launches = False

    def queue_of(self, tenant_id: UUID) -> str:
        """The queue that standing workers serve first."""
        del tenant_id
        return URGENT

    def batches(self, tenant_ids: Sequence[UUID]) -> list[tuple[str, Sequence[UUID]]]:
        """One queue for all."""
        return [(POOL, tenant_ids)] if tenant_ids else []


class KubernetesRouting:
    """A queue for every Kubernetes Job; a Job clones one tenant or, for the pool, a batch.

    A pod takes seconds to start and a clone a tenth of one: hence batches.
    """

    launches = True

    def __init__(self, batch: int) -> None:
        self._batch = batch

    def queue_of(self, tenant_id: UUID) -> str:
        """The tenant's own queue."""
        return f"{QUEUE_PREFIX}{tenant_id}"

    def batches(self, tenant_ids: Sequence[UUID]) -> list[tuple[str, Sequence[UUID]]]:
        """So many tenants a queue, which has the name of the first."""
        starts = range(0, len(tenant_ids), self._batch)
        services = [tenant_ids[start : start + self._batch] for start in starts]
        return [(self.queue_of(part[0]), part) for part in services]


QUEUE_PREFIX = "clone-"
"""Begins the name of a queue that a Kubernetes Job works on."""


def make_clone_routing(settings: Settings) -> CloneRouting:
    """The launcher that `CLONE_LAUNCHER` names.

    Raises:
        ConfigurationError: Kubernetes Jobs are wanted, and cannot be made as they are described.
    """
    if settings.clone_launcher == "worker":
        return WorkerRouting()
    if not settings.clone_job_image:
        raise ConfigurationError(
            "CLONE_LAUNCHER=kubernetes needs CLONE_JOB_IMAGE, the image that has this code."
        )
    ensure_jobs_can_be_made(settings)
    return KubernetesRouting(settings.clone_job_batch)
