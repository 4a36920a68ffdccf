"""Starts Kubernetes Jobs for clones that wait, and sees each of them to an end.

One pass looks at what there is and does what is missing, so it may be run at any moment, twice, or
be killed: after every order for a clone, and every few seconds. What a Job cannot do is handed to
the standing workers, or tried again until its time is over (`CLONE_FALLBACK`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog

from app.config import Settings
from app.control.orders import CloneOrder
from app.control.progress import Progress
from jobs.cloning import GRACE_SECONDS, fetch_idle
from jobs.kubernetes.errors import ClusterAway, ClusterError
from jobs.kubernetes.manifest import job_manifest
from jobs.kubernetes.state import Launch, LaunchState
from jobs.launchers import QUEUE_PREFIX
from jobs.locks import only_one
from jobs.queues import LaunchedQueues
from jobs.wiring import Wiring, announce

if TYPE_CHECKING:
    from jobs.kubernetes.api import Cluster

log = structlog.get_logger(__name__)
T = TypeVar("T")

WATCH_SECONDS = 3
"""A visitor waits for a Job that cannot start no longer than this after it is known."""

AWAY_SECONDS = 15
"""An API that did not answer is left alone for so long: every question to it is a long wait."""

AGAIN = "demo:launch:again"
AGAIN_SECONDS = 60
WATCHED = "demo:launch:watched"
AWAY = "demo:launch:away"

STARTING = Progress("starting", "", 0.0)
HANDED_OVER = Progress("handed_over", "", 0.0)

Orders = Mapping[str, Sequence[CloneOrder]]
"""The clones that wait or are made, by the queue of their Job."""


@dataclass
class Report:
    """What one pass did."""

    created: int = 0
    handed_over: int = 0
    failed: int = 0
    removed: int = 0


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


def open_cluster(settings: Settings) -> "Cluster":
    """The cluster that the settings name.

    Raises:
        ClusterAway: there is none.
    """
    from jobs.kubernetes.api import Cluster  # the client takes long to import: only where used

    return Cluster(settings)


def tend(parts: Wiring) -> Report:
    """One pass: end what is stuck, then start what is missing, whoever waits first.

    Raises:
        RedisError, SQLAlchemyError: the next pass does it.
    """
    keeper = _Keeper(parts)
    keeper.run()
    if any(vars(keeper.report).values()):
        log.info("launches tended", action="launches_tended", **vars(keeper.report))
    return keeper.report


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


class _Keeper:
    """One pass over the orders and the Jobs."""

    def __init__(self, parts: Wiring) -> None:
        self._parts = parts
        self._cluster: Cluster | None = None
        self._settings = parts.settings
        self._queues = LaunchedQueues(parts.redis)
        self._now = datetime.now(UTC)
        self.report = Report()

    def run(self) -> None:
        orders = self._orders()
        try:
            found = self._ask(lambda cluster: cluster.launches())
            launches = {launch.queue: launch for launch in found}
        except ClusterError as error:
            for queue, waiting in orders.items():
                self._give_up(queue, self._not_begun(waiting), str(error))
            return
        gone = self._without_pod(orders)
        active = 0
        for queue, launch in list(launches.items()):
            if self._ends(launch, orders.get(queue, ()), lost=queue in gone):
                del launches[queue]
            else:
                active += not launch.is_over
        for queue in gone - launches.keys():  # its Job is gone as well
            self._give_up(queue, orders[queue], "its Job is gone")
        free = self._settings.clone_jobs_at_once - active
        for queue, waiting in self._orders().items():
            if queue in launches:
                continue
            if self._not_begun(waiting):
                free -= self._start(queue, waiting, free)
            elif all(self._has_failed(order) for order in waiting):
                self._give_up(queue, waiting, "its Job is gone")  # and nobody tries again
        self._tidy(launches)

    def _ask(self, question: Callable[["Cluster"], T]) -> T:
        """Ask the API, unless it did not answer a moment ago.

        Raises:
            ClusterError: it says no, or nothing.
        """
        redis = self._parts.redis
        if redis.exists(AWAY):
            raise ClusterAway("the Kubernetes API did not answer a moment ago")
        try:
            self._cluster = self._cluster or open_cluster(self._settings)
            return question(self._cluster)
        except ClusterAway:
            redis.set(AWAY, 1, ex=AWAY_SECONDS)
            raise

    def _orders(self) -> Orders:
        """Whoever waits comes first, as the pool gives them."""
        orders: dict[str, list[CloneOrder]] = defaultdict(list)
        for order in self._parts.orders.fetch():
            queue = self._parts.dispatcher.queue_of_clone(order.tenant_id)
            if queue is not None and queue.startswith(QUEUE_PREFIX):
                orders[queue].append(order)
        return orders

    def _not_begun(self, orders: Sequence[CloneOrder]) -> list[CloneOrder]:
        begun = self._parts.dispatcher.is_clone_begun
        return [order for order in orders if not begun(order.tenant_id)]

    def _has_failed(self, order: CloneOrder) -> bool:
        return self._parts.dispatcher.is_clone_failed(order.tenant_id)

    def _without_pod(self, orders: Orders) -> set[str]:
        """Queues with a clone that was begun and has no connection: the pod or its node is gone."""
        before = self._now - timedelta(seconds=GRACE_SECONDS)
        is_lost = self._parts.dispatcher.is_clone_lost
        idle = {tenant_id for tenant_id, _ in fetch_idle(self._parts)}
        return {
            queue
            for queue, waiting in orders.items()
            if any(
                order.tenant_id in idle and is_lost(order.tenant_id, before) for order in waiting
            )
        }

    def _ends(self, launch: Launch, orders: Sequence[CloneOrder], *, lost: bool) -> bool:
        """End a Job that is of no use any more; whether its name is free again."""
        if launch.state is LaunchState.STARTING:
            self._tell(launch, orders)
        if not orders or not (launch.is_over or lost):
            return False
        if lost or launch.state is not LaunchState.DONE:
            reason = "its pod is gone" if lost and not launch.is_over else launch.reason
            self._give_up(launch.queue, orders, reason)
        return self._remove(launch.name)

    def _tell(self, launch: Launch, orders: Sequence[CloneOrder]) -> None:
        for order in self._not_begun(orders):
            if order.is_waited_for:
                self._parts.progress.write(order.tenant_id, STARTING)
            if launch.reason:
                self._parts.orders.note_trouble(order.tenant_id, launch.reason)

    def _start(self, queue: str, orders: Sequence[CloneOrder], free: int) -> int:
        """Start a Job; how many places that took. A session does not wait for a free place."""
        waited = orders[0].is_waited_for
        if free <= 0:
            if waited and self._settings.clone_fallback == "worker":
                self._give_up(queue, orders, "as many Jobs run as may (CLONE_JOBS_AT_ONCE)")
            return 0
        tenants = [order.tenant_id for order in orders]
        account_type = orders[0].account_type
        manifest = job_manifest(self._settings, queue, tenants, account_type, waited=waited)
        try:
            new = self._ask(lambda cluster: cluster.create(manifest))
        except ClusterError as error:
            self._give_up(queue, orders, str(error))
            return 0
        self.report.created += new
        self._tell(Launch("", queue, tuple(tenants), LaunchState.STARTING), orders)
        log.info(
            "launched" if new else "was launched already",
            action="clone_launched",
            queue=queue,
            tenants=[str(tenant) for tenant in tenants],
        )
        return 1

    def _give_up(self, queue: str, orders: Sequence[CloneOrder], reason: str) -> None:
        """Hand clones to the standing workers; without them, let them fail when it is time."""
        if not orders:
            return
        by_worker = self._settings.clone_fallback == "worker"
        log.warning(
            "a Kubernetes Job cannot clone",
            action="launch_failed",
            queue=queue,
            reason=reason,
            handed_over=by_worker,
        )
        for order in orders:
            self._parts.orders.note_trouble(order.tenant_id, reason)
            if by_worker:
                self._hand_over(order)
            elif self._is_overdue(order):
                announce(self._parts, self._parts.pool.mark_failed(order.tenant_id, reason))
                self.report.failed += 1
            else:
                self._parts.dispatcher.clone_again(order.tenant_id, queue=queue)
        if by_worker:
            self._queues.forget(queue)

    def _hand_over(self, order: CloneOrder) -> None:
        self._parts.orders.spare_attempt(order.tenant_id, self._settings.clone_attempts)
        self._parts.dispatcher.clone_by_worker(order.tenant_id, waited=order.is_waited_for)
        if order.is_waited_for:
            self._parts.progress.write(order.tenant_id, HANDED_OVER)
        self.report.handed_over += 1

    def _is_overdue(self, order: CloneOrder) -> bool:
        patience = self._settings.clone_job_start_seconds * self._settings.clone_attempts
        return self._now - order.since > timedelta(seconds=patience)

    def _remove(self, name: str) -> bool:
        try:
            self._ask(lambda cluster: cluster.delete(name))
        except ClusterError as error:
            log.warning("Job not deleted", action="launch_failed", job=name, reason=str(error))
            return False
        self.report.removed += 1
        return True

    def _tidy(self, launches: Mapping[str, Launch]) -> None:
        """Forget the queues of Jobs that are over and that nobody waits for."""
        there = self._queues.names()  # before the orders: what is ordered meanwhile stays
        busy = self._orders().keys() | {
            launch.queue for launch in launches.values() if not launch.is_over
        }
        # A queue of the name of a tenant that is still to be cloned may be about to be filled.
        busy |= {f"{QUEUE_PREFIX}{order.tenant_id}" for order in self._parts.orders.fetch()}
        for queue in there - busy:
            self._queues.forget(queue)
