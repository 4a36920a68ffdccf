"""Makes Kubernetes Jobs for the clones that wait, and follows each Job to its end.

A pass (`jobs.kubernetes.reconciler`) is made after every request for a clone, and every few
seconds. What a Job cannot do is handed to the standing workers, or tried again until its time is
over (`CLONE_FALLBACK`).
"""

from typing import TYPE_CHECKING

from jobs.kubernetes.job_status import CloneJobStatus
from jobs.kubernetes.reconciler import tend
from jobs.queue.locks import only_one
from jobs.services import JobServices

if TYPE_CHECKING:
    from jobs.kubernetes.api import Cluster

WATCH_SECONDS = 3
"""A visitor waits for a Job that cannot start no longer than this after it is known."""

AGAIN = "demo:launch:again"
AGAIN_SECONDS = 60
WATCHED = "demo:launch:watched"


def keep_launching(services: JobServices) -> int:
    """Make a pass, or have whoever makes one make another. Returns how many were made.

    Nobody waits for a turn: workers that did would be missed elsewhere.
    """
    services.redis.set(AGAIN, 1, ex=AGAIN_SECONDS)
    passes = 0
    while services.redis.exists(AGAIN):
        with only_one(services.settings.database_url, "launching") as mine:
            if not mine:
                break  # he looks once more before he goes, and once after
            while services.redis.delete(AGAIN):
                tend(services)
                passes += 1
    return passes


def watch(services: JobServices) -> int:
    """What the schedule does: a pass, unless there was one just now. Returns how many.

    The scheduler queues its entries whether or not the last one was done: copies cost nothing.
    """
    fresh = services.redis.set(WATCHED, 1, nx=True, px=int(WATCH_SECONDS * 900))
    return keep_launching(services) if fresh else 0


def stray_clone_jobs(services: JobServices, cluster: "Cluster") -> list[CloneJobStatus]:
    """Jobs that go on though none of their tenants is to be cloned any more.

    Raises:
        ClusterError: the Jobs could not be listed.
    """
    cloning = {order.tenant_id for order in services.orders.fetch()}
    return [
        launch
        for launch in cluster.launches()
        if not launch.is_over and cloning.isdisjoint(launch.tenants)
    ]
