"""One pass over clones that Kubernetes Jobs make: ends what is stuck, starts what is missing.

It looks at what there is and remembers nothing: it may be made at any moment, twice, or be killed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from app.control.pool.pending_clones import PendingClone
from app.control.pool.progress import Progress
from app.control.queues import CLONE_JOBS, QUEUE_PREFIX
from app.settings.table import Settings
from jobs.clones.clone_tasks import GRACE_SECONDS, CloneTask, fetch_clone_tasks, fetch_idle
from jobs.kubernetes.api import Cluster, ClusterAway, ClusterError
from jobs.kubernetes.job_queues import JobQueues
from jobs.kubernetes.job_status import CloneJobState, CloneJobStatus
from jobs.kubernetes.manifest import job_manifest
from jobs.services import JobServices, publish_sessions

log = structlog.get_logger(__name__)
T = TypeVar("T")

AWAY = "demo:kubernetes:away"
COUNTED_SECONDS = 300
"""What one pass counted is shown for so long; a pass is made every few seconds."""

AWAY_SECONDS = 15
"""An API that did not answer is left alone for so long: every question to it is a long wait."""

STARTING = Progress("starting", "", 0.0)
HANDED_OVER = Progress("handed_over", "", 0.0)


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone that a Kubernetes Job is to make, as it was when it was read."""

    pending: PendingClone
    task: CloneTask


Clones = Mapping[str, Sequence[Clone]]
"""Such clones, by the queue of their Job."""


@dataclass
class Report:
    """What one pass did."""

    created: int = 0
    handed_over: int = 0
    failed: int = 0
    removed: int = 0


def open_cluster(settings: Settings) -> Cluster:
    """Return the cluster that the settings name.

    Raises:
        ClusterAway: there is none.
    """
    return Cluster(settings)


def reconcile(services: JobServices) -> Report:
    """Make the pass: end what is stuck, then start what is missing, waiting sessions first.

    Raises:
        RedisError, SQLAlchemyError: the next pass does it.
    """
    reconciler = _Reconciler(services)
    reconciler.run()
    if any(vars(reconciler.report).values()):
        log.info("clone jobs reconciled", action="clone_jobs_reconciled", **vars(reconciler.report))
    return reconciler.report


class _Reconciler:
    """One pass over the pending clones and the Jobs."""

    def __init__(self, services: JobServices) -> None:
        self._services = services
        self._cluster: Cluster | None = None
        self._settings = services.settings
        self._queues = JobQueues(services.redis)
        self._now = datetime.now(UTC)
        self.report = Report()

    def run(self) -> None:
        try:
            found = self._ask(lambda cluster: cluster.clone_jobs())
        except ClusterError as error:
            for queue, clones in self._clones().items():
                self._give_up(queue, _not_begun(clones), str(error))
            return
        self._count(found)
        # The clones are read after the answer, which may take seconds.
        jobs = self._end_what_is_stuck(self._clones(), found)
        self._start_what_is_missing(self._clones(), jobs)
        self._forget_unused_queues(jobs)

    def _count(self, found: Sequence[CloneJobStatus]) -> None:
        """Write down for `/metrics` how many Jobs are in each state."""
        counts = Counter(job_status.state for job_status in found)
        with self._services.redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(CLONE_JOBS, mapping={state: counts[state] for state in CloneJobState})
            pipeline.expire(CLONE_JOBS, COUNTED_SECONDS)
            pipeline.execute()

    def _end_what_is_stuck(
        self, clones: Clones, found: Sequence[CloneJobStatus]
    ) -> dict[str, CloneJobStatus]:
        """End Jobs that are of no use any more. Returns those that remain, by their queue."""
        remaining = {job_status.queue: job_status for job_status in found}
        lost = self._queues_without_pod(clones)
        for job_status in found:
            waiting = clones.get(job_status.queue, ())
            is_lost = job_status.queue in lost or self._begins_nothing(job_status, waiting)
            if self._end(job_status, waiting, is_lost):
                remaining.pop(job_status.queue, None)  # two Jobs may have one queue by hand
        for queue in lost - {job_status.queue for job_status in found}:
            self._give_up(queue, clones[queue], "its Job is gone")
        return remaining

    def _start_what_is_missing(self, clones: Clones, jobs: Mapping[str, CloneJobStatus]) -> None:
        """Start Jobs for the queues that have none, as far as there are free places."""
        free = self._settings.clone_jobs_at_once
        free -= sum(not job_status.is_over for job_status in jobs.values())
        for queue, waiting in clones.items():
            if queue in jobs:
                continue
            if _not_begun(waiting):
                free -= self._start(queue, waiting, free)
            elif all(clone.task.has_failed for clone in waiting):
                self._give_up(queue, waiting, "its Job is gone")  # and no pod tries again

    def _ask(self, question: Callable[[Cluster], T]) -> T:
        """Ask the API, unless it did not answer a moment ago.

        Raises:
            ClusterError: it refuses, or does not answer.
        """
        redis = self._services.redis
        if redis.exists(AWAY):
            raise ClusterAway("the Kubernetes API did not answer a moment ago")
        try:
            self._cluster = self._cluster or open_cluster(self._settings)
            return question(self._cluster)
        except ClusterAway:
            redis.set(AWAY, 1, ex=AWAY_SECONDS)
            raise

    def _clones(self) -> Clones:
        """Return the clones that need a pod, in the pool's order: waiting sessions first."""
        pending_clones = self._services.pending_clones.fetch()
        tasks = fetch_clone_tasks(
            self._services.redis, [pending.tenant_id for pending in pending_clones]
        )
        clones: dict[str, list[Clone]] = defaultdict(list)
        for pending in pending_clones:
            task = tasks.get(pending.tenant_id)
            if task is not None and task.needs_pod:
                clones[task.queue].append(Clone(pending, task))
        return clones

    def _queues_without_pod(self, clones: Clones) -> set[str]:
        """Return queues with a clone that was begun and has no connection: its pod has exited."""
        before = self._now - timedelta(seconds=GRACE_SECONDS)
        idle = {tenant_id for tenant_id, _ in fetch_idle(self._services)}
        return {
            queue
            for queue, waiting in clones.items()
            if any(
                clone.pending.tenant_id in idle and clone.task.is_running_since(before)
                for clone in waiting
            )
        }

    def _begins_nothing(self, job_status: CloneJobStatus, clones: Sequence[Clone]) -> bool:
        """Return whether its pod has run for long and has not begun the first of its clones.

        The node of such a pod is gone: the API says that it runs until it has missed the node for
        minutes.
        """
        patience = timedelta(seconds=self._settings.clone_job_start_seconds)
        since = job_status.running_since
        if since is None or since > self._now - patience:
            return False
        not_begun = {clone.pending.tenant_id for clone in _not_begun(clones)}
        return bool(job_status.tenants) and not_begun.issuperset(job_status.tenants)

    def _end(self, job_status: CloneJobStatus, clones: Sequence[Clone], is_lost: bool) -> bool:
        """End a Job that is of no use any more. Returns whether its name is free again."""
        if job_status.state is CloneJobState.STARTING:
            self._report_starting(clones, job_status.reason)
        if not clones or not (job_status.is_over or is_lost):
            return False
        if is_lost or job_status.state is not CloneJobState.DONE:
            pod_is_gone = is_lost and not job_status.is_over
            reason = "its pod is gone" if pod_is_gone else job_status.reason
            self._give_up(job_status.queue, clones, reason)
        return self._delete(job_status.name)

    def _report_starting(self, clones: Sequence[Clone], reason: str = "") -> None:
        """Report of clones that are not begun that a pod starts, and what it waits for."""
        for clone in _not_begun(clones):
            if clone.pending.is_waited_for:
                self._services.progress.write(clone.pending.tenant_id, STARTING)
            if reason:
                self._services.pending_clones.record_trouble(clone.pending.tenant_id, reason)

    def _start(self, queue: str, clones: Sequence[Clone], free: int) -> int:
        """Start a Job. Returns the places it took: a session does not wait for a free one."""
        first = clones[0].pending
        if free <= 0:
            if first.is_waited_for and self._settings.clone_fallback == "worker":
                self._give_up(queue, clones, "as many Jobs run as may (CLONE_JOBS_AT_ONCE)")
            return 0
        tenants = [clone.pending.tenant_id for clone in clones]
        manifest = job_manifest(
            self._settings, queue, tenants, first.account_type, waited=first.is_waited_for
        )
        try:
            is_new = self._ask(lambda cluster: cluster.create(manifest))
        except ClusterError as error:
            self._give_up(queue, clones, str(error))
            return 0
        self.report.created += is_new
        self._report_starting(clones)
        log.info(
            "Job created" if is_new else "Job was there already",
            action="clone_job_created",
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
            action="clone_job_failed",
            queue=queue,
            reason=reason,
            handed_over=by_worker,
        )
        self._services.health.count_incident("clone_job_failed", len(clones))
        for pending in (clone.pending for clone in clones):
            self._services.pending_clones.record_trouble(pending.tenant_id, reason)
            if by_worker:
                self._hand_over(pending)
            elif self._is_overdue(pending):
                failed = self._services.pool.mark_failed(pending.tenant_id, reason)
                publish_sessions(self._services, failed)
                self.report.failed += 1
            else:
                self._services.dispatcher.clone_again(pending.tenant_id, queue=queue)
        if by_worker:
            self._queues.forget(queue)

    def _hand_over(self, pending: PendingClone) -> None:
        self._services.pending_clones.spare_attempt(
            pending.tenant_id, self._settings.clone_attempts
        )
        self._services.dispatcher.clone_by_worker(pending.tenant_id, waited=pending.is_waited_for)
        if pending.is_waited_for:
            self._services.progress.write(pending.tenant_id, HANDED_OVER)
        self.report.handed_over += 1

    def _is_overdue(self, pending: PendingClone) -> bool:
        patience = self._settings.clone_job_start_seconds * self._settings.clone_attempts
        return self._now - pending.since > timedelta(seconds=patience)

    def _delete(self, name: str) -> bool:
        try:
            self._ask(lambda cluster: cluster.delete(name))
        except ClusterError as error:
            log.warning("Job not deleted", action="clone_job_failed", job=name, reason=str(error))
            return False
        self.report.removed += 1
        return True

    def _forget_unused_queues(self, jobs: Mapping[str, CloneJobStatus]) -> None:
        """Forget the queues of Jobs that are over and that no clone waits in."""
        there = self._queues.names()  # first: a queue that is filled meanwhile stays
        busy = self._clones().keys() | {
            job_status.queue for job_status in jobs.values() if not job_status.is_over
        }
        # A queue of the name of a tenant that is still to be cloned may be about to be filled.
        busy |= {
            f"{QUEUE_PREFIX}{pending.tenant_id}"
            for pending in self._services.pending_clones.fetch()
        }
        for queue in there - busy:
            self._queues.forget(queue)


def _not_begun(clones: Sequence[Clone]) -> list[Clone]:
    return [clone for clone in clones if not clone.task.is_begun]
