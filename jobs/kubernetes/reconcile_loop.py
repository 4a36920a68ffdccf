"""When passes over the clone jobs are made: after every request for a clone, and every few seconds.

A pass (`jobs.kubernetes.reconciler`) makes Kubernetes Jobs for the clones that wait, and follows
each Job to its end. What a Job cannot do is handed to the standing workers, or tried again until
its time is over (`CLONE_FALLBACK`).
"""

from typing import TYPE_CHECKING

from app.control.queues import CLONE_JOBS_SECONDS
from jobs.kubernetes.job_status import CloneJobStatus
from jobs.kubernetes.reconciler import reconcile
from jobs.services import JobServices, advisory_lock

if TYPE_CHECKING:
    from jobs.kubernetes.api import Cluster

AGAIN = "demo:clone-jobs:again"
AGAIN_SECONDS = 60
POLLED = "demo:clone-jobs:polled"


def reconcile_clone_jobs(services: JobServices) -> int:
    """Make a pass, or have the process that makes one make another. Returns how many were made.

    It does not wait for its turn: a worker that did would be missed elsewhere.
    """
    services.redis.set(AGAIN, 1, ex=AGAIN_SECONDS)
    passes = 0
    while services.redis.exists(AGAIN):
        with advisory_lock(services.settings.database_url, "clone jobs") as acquired:
            if not acquired:
                break  # the other process looks once more before it lets go, and once after
            while services.redis.delete(AGAIN):
                reconcile(services)
                passes += 1
    return passes


def poll_clone_jobs(services: JobServices) -> int:
    """Make a pass, unless there was one just now. Returns how many were made.

    The scheduler queues this whether or not the last one was done: copies cost nothing.
    """
    is_due = services.redis.set(POLLED, 1, nx=True, px=int(CLONE_JOBS_SECONDS * 900))
    return reconcile_clone_jobs(services) if is_due else 0


def stray_clone_jobs(services: JobServices, cluster: "Cluster") -> list[CloneJobStatus]:
    """Return Jobs that go on though none of their tenants is to be cloned any more.

    Raises:
        ClusterError: the Jobs could not be listed.
    """
    cloning = {pending.tenant_id for pending in services.pending_clones.fetch()}
    return [
        job_status
        for job_status in cluster.clone_jobs()
        if not job_status.is_over and cloning.isdisjoint(job_status.tenants)
    ]
