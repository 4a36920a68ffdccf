"""Sees to it that Kubernetes Jobs are made for clones that wait, and each of them to an end.

A pass (`jobs.launch_pass`) is made after every order for a clone, and every few seconds. What a
Job cannot do is handed to the standing workers, or tried again until its time is over
(`CLONE_FALLBACK`).
"""

from typing import TYPE_CHECKING

from jobs.kubernetes.state import Launch
from jobs.launch_pass import tend
from jobs.locks import only_one
from jobs.wiring import Wiring

if TYPE_CHECKING:
    from jobs.kubernetes.api import Cluster

WATCH_SECONDS = 3
"""A visitor waits for a Job that cannot start no longer than this after it is known."""

AGAIN = "demo:launch:again"
AGAIN_SECONDS = 60
WATCHED = "demo:launch:watched"


def keep_launching(parts: Wiring) -> int:
    """Make a pass, or have whoever makes one make another. Returns how many were made.

    Nobody waits for a turn: workers that did would be missed elsewhere.
    """
    parts.redis.set(AGAIN, 1, ex=AGAIN_SECONDS)
    passes = 0
    while parts.redis.exists(AGAIN):
        with only_one(parts.settings.database_url, "launching") as mine:
            if not mine:
                break  # he looks once more before he goes, and once after
            while parts.redis.delete(AGAIN):
                tend(parts)
                passes += 1
    return passes


def watch(parts: Wiring) -> int:
    """What the schedule does: a pass, unless there was one just now. Returns how many.

    The scheduler queues its entries whether or not the last one was done: copies cost nothing.
    """
    fresh = parts.redis.set(WATCHED, 1, nx=True, px=int(WATCH_SECONDS * 900))
    return keep_launching(parts) if fresh else 0


def stray_launches(parts: Wiring, cluster: "Cluster") -> list[Launch]:
    """Jobs that go on though none of their tenants is to be cloned any more.

    Raises:
        ClusterError: the Jobs could not be listed.
    """
    cloning = {order.tenant_id for order in parts.orders.fetch()}
    return [
        launch
        for launch in cluster.launches()
        if not launch.is_over and cloning.isdisjoint(launch.tenants)
    ]
