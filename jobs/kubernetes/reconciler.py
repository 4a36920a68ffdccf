"""One pass over clones that Kubernetes Jobs make: ends what is stuck, starts what is missing.

It looks at what there is and remembers nothing: it may be made at any moment, twice, or be killed.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog

from app.config import Settings
from app.control.pool.pending_clones import PendingClone
from app.control.pool.progress import Progress
from jobs.clones.clone_jobs import CloneJob, fetch_clone_jobs
from jobs.clones.cloning import GRACE_SECONDS, fetch_idle
from jobs.clones.routing import QUEUE_PREFIX
from jobs.kubernetes.errors import ClusterAway, ClusterError
from jobs.kubernetes.job_queues import JobQueues
from jobs.kubernetes.job_status import CloneJobState, CloneJobStatus
from jobs.kubernetes.manifest import job_manifest
from jobs.services import JobServices, publish_sessions

if TYPE_CHECKING:
    from jobs.kubernetes.api import Cluster

log = structlog.get_logger(__name__)
T = TypeVar("T")

AWAY = "demo:launch:away"
AWAY_SECONDS = 15
"""An API that did not answer is left alone for so long: every question to it is a long wait."""

STARTING = Progress("starting", "", 0.0)
HANDED_OVER = Progress("handed_over", "", 0.0)


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone that a Kubernetes Job is to make, as it was when it was looked at."""

    order: PendingClone
    job: CloneJob


Clones = Mapping[str, Sequence[Clone]]
"""Such clones, by the queue of their Job."""


@dataclass
class Report:
    """What one pass did."""

    created: int = 0
    handed_over: int = 0
    failed: int = 0
    removed: int = 0


def open_cluster(settings: Settings) -> "Cluster":
    """The cluster that the settings name.

    Raises:
        ClusterAway: there is none.
    """
    from jobs.kubernetes.api import Cluster  # the client takes long to import: only where used

    return Cluster(settings)


def tend(services: JobServices) -> Report:
    """Make the pass: end what is stuck, then start what is missing, whoever waits first.

    Raises:
        RedisError, SQLAlchemyError: the next pass does it.
    """
    keeper = _Reconciler(services)
    keeper.run()
    if any(vars(keeper.report).values()):
        log.info("launches tended", action="launches_tended", **vars(keeper.report))
    return keeper.report


class _Reconciler:
    """One pass over the orders and the Jobs."""

    def __init__(self, services: JobServices) -> None:
        self._parts = services
        self._cluster: Cluster | None = None
        self._settings = services.settings
        self._queues = JobQueues(services.redis)
        self._now = datetime.now(UTC)
        self.report = Report()

    def run(self) -> None:
        try:
            found = self._ask(lambda cluster: cluster.launches())
        except ClusterError as error:
            for queue, waiting in self._clones().items():
                self._give_up(queue, _not_begun(waiting), str(error))
            return
        # The clones are looked at after the answer, for which one may wait for seconds.
        launches = self._end_what_is_stuck(self._clones(), found)
        self._start_what_is_missing(self._clones(), launches)
        self._tidy(launches)

    def _end_what_is_stuck(
        self, clones: Clones, found: Sequence[CloneJobStatus]
    ) -> dict[str, CloneJobStatus]:
        """End Jobs that are of no use any more. Those that remain, by their queue."""
        remaining = {launch.queue: launch for launch in found}
        gone = self._without_pod(clones)
        for launch in found:
            if self._ends(launch, clones.get(launch.queue, ()), lost=launch.queue in gone):
                remaining.pop(launch.queue, None)  # somebody may have given two Jobs one queue
        for queue in gone - {launch.queue for launch in found}:  # its Job is gone as well
            self._give_up(queue, clones[queue], "its Job is gone")
        return remaining

    def _start_what_is_missing(
        self, clones: Clones, launches: Mapping[str, CloneJobStatus]
    ) -> None:
        """Start Jobs for the queues that have none, as far as there are free places."""
        free = self._settings.clone_jobs_at_once
        free -= sum(not launch.is_over for launch in launches.values())
        for queue, waiting in clones.items():
            if queue in launches:
                continue
            if _not_begun(waiting):
                free -= self._start(queue, waiting, free)
            elif all(clone.job.has_failed for clone in waiting):
                self._give_up(queue, waiting, "its Job is gone")  # and nobody tries again

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

    def _clones(self) -> Clones:
        """Whoever waits comes first, as the pool gives them."""
        orders = self._parts.orders.fetch()
        jobs = fetch_clone_jobs(self._parts.redis, [order.tenant_id for order in orders])
        clones: dict[str, list[Clone]] = defaultdict(list)
        for order in orders:
            job = jobs.get(order.tenant_id)
            if job is not None and job.is_launched:
                clones[job.queue].append(Clone(order, job))
        return clones

    def _without_pod(self, clones: Clones) -> set[str]:
        """Queues with a clone that was begun and has no connection: the pod or its node is gone."""
        before = self._now - timedelta(seconds=GRACE_SECONDS)
        idle = {tenant_id for tenant_id, _ in fetch_idle(self._parts)}
        return {
            queue
            for queue, waiting in clones.items()
            if any(
                clone.order.tenant_id in idle and clone.job.is_running_since(before)
                for clone in waiting
            )
        }

    def _ends(self, launch: CloneJobStatus, clones: Sequence[Clone], *, lost: bool) -> bool:
        """End a Job that is of no use any more; whether its name is free again."""
        if launch.state is CloneJobState.STARTING:
            self._tell(clones, launch.reason)
        if not clones or not (launch.is_over or lost):
            return False
        if lost or launch.state is not CloneJobState.DONE:
            reason = "its pod is gone" if lost and not launch.is_over else launch.reason
            self._give_up(launch.queue, clones, reason)
        return self._remove(launch.name)

    def _tell(self, clones: Sequence[Clone], trouble: str = "") -> None:
        """Say of clones that nobody has begun that a pod starts, and what is in its way."""
        for clone in _not_begun(clones):
            if clone.order.is_waited_for:
                self._parts.progress.write(clone.order.tenant_id, STARTING)
            if trouble:
                self._parts.orders.record_trouble(clone.order.tenant_id, trouble)

    def _start(self, queue: str, clones: Sequence[Clone], free: int) -> int:
        """Start a Job; how many places that took. A session does not wait for a free place."""
        first = clones[0].order
        if free <= 0:
            if first.is_waited_for and self._settings.clone_fallback == "worker":
                self._give_up(queue, clones, "as many Jobs run as may (CLONE_JOBS_AT_ONCE)")
            return 0
        tenants = [clone.order.tenant_id for clone in clones]
        manifest = job_manifest(
            self._settings, queue, tenants, first.account_type, waited=first.is_waited_for
        )
        try:
            new = self._ask(lambda cluster: cluster.create(manifest))
        except ClusterError as error:
            self._give_up(queue, clones, str(error))
            return 0
        self.report.created += new
        self._tell(clones)
        log.info(
            "launched" if new else "was launched already",
            action="clone_launched",
            queue=queue,
            tenants=[str(tenant) for tenant in tenants],
        )
        return 1

    def _give_up(self, queue: str, clones: Sequence[Clone], reason: str) -> None:
        """Hand clones to the standing workers; without them, let them fail when it is time."""
        if not clones:
            return
        by_worker = self._settings.clone_fallback == "worker"
        log.warning(
            "a Kubernetes Job cannot clone",
            action="launch_failed",
            queue=queue,
            reason=reason,
            handed_over=by_worker,
        )
        for order in (clone.order for clone in clones):
            self._parts.orders.record_trouble(order.tenant_id, reason)
            if by_worker:
                self._hand_over(order)
            elif self._is_overdue(order):
                publish_sessions(self._parts, self._parts.pool.mark_failed(order.tenant_id, reason))
                self.report.failed += 1
            else:
                self._parts.dispatcher.clone_again(order.tenant_id, queue=queue)
        if by_worker:
            self._queues.forget(queue)

    def _hand_over(self, order: PendingClone) -> None:
        self._parts.orders.spare_attempt(order.tenant_id, self._settings.clone_attempts)
        self._parts.dispatcher.clone_by_worker(order.tenant_id, waited=order.is_waited_for)
        if order.is_waited_for:
            self._parts.progress.write(order.tenant_id, HANDED_OVER)
        self.report.handed_over += 1

    def _is_overdue(self, order: PendingClone) -> bool:
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

    def _tidy(self, launches: Mapping[str, CloneJobStatus]) -> None:
        """Forget the queues of Jobs that are over and that nobody waits for."""
        there = self._queues.names()  # before the orders: what is ordered meanwhile stays
        busy = self._clones().keys() | {
            launch.queue for launch in launches.values() if not launch.is_over
        }
        # A queue of the name of a tenant that is still to be cloned may be about to be filled.
        busy |= {f"{QUEUE_PREFIX}{order.tenant_id}" for order in self._parts.orders.fetch()}
        for queue in there - busy:
            self._queues.forget(queue)


def _not_begun(clones: Sequence[Clone]) -> list[Clone]:
    return [clone for clone in clones if not clone.job.is_begun]
