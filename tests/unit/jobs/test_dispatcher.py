"""Which queue a clone goes to, and when an existing job counts as queued or running."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import Redis
from rq.job import JobStatus

from app.control.queues import POOL, QUEUES, URGENT
from jobs.queue import dispatcher
from jobs.queue.dispatcher import (
    KubernetesRouting,
    RqDispatcher,
    WorkerRouting,
)
from jobs.queue.task_queue import TAKING, TaskJob

SECOND = timedelta(seconds=1)


class Recording(RqDispatcher):
    """Notes what it would queue; `taken` are jobs that it would not."""

    def __init__(self, routing, taken=()):
        super().__init__(Redis(), routing, timeout=9, attempts=3)
        self.queued = []
        self._taken = taken

    def _enqueue(self, queue, function, job_id, *args, **options):
        if job_id in self._taken:
            return False
        self.queued.append((queue, function.rpartition(".")[2], options.get("retry")))
        return True

    def _forget(self, tenant_id):
        self.queued.append(("forget", tenant_id, None))

    def places(self):
        return [(queue, task) for queue, task, _ in self.queued]


def test_standing_workers_serve_a_visitor_before_the_pool():
    assert QUEUES.index(URGENT) < QUEUES.index(POOL)


def test_workers_clone_on_two_queues_and_nothing_else_is_started():
    made = Recording(WorkerRouting())
    made.clone(uuid4())
    made.clone_for_pool([uuid4()])
    assert made.places() == [(URGENT, "clone"), (POOL, "clone")]
    assert [retry.max for _, _, retry in made.queued] == [2, 2]


def test_a_clone_in_a_pod_is_retried_by_its_job_and_a_job_is_asked_for():
    made, tenant = Recording(KubernetesRouting(2)), uuid4()
    made.clone(tenant)
    assert made.places() == [(f"clone-{tenant}", "clone"), (URGENT, "reconcile_clone_jobs")]
    assert made.queued[0][2] is None


def test_nothing_is_asked_for_without_tenants():
    made = Recording(KubernetesRouting(2))
    made.clone_for_pool([])
    assert made.queued == []


@pytest.mark.parametrize(("waited", "queue"), [(True, URGENT), (False, POOL)])
def test_a_clone_that_is_handed_over_loses_its_old_job_first(waited, queue):
    made, tenant = Recording(KubernetesRouting(2)), uuid4()
    made.clone_by_worker(tenant, waited=waited)
    assert made.places() == [("forget", tenant), (queue, "clone")]


def test_stalled_clones_go_where_their_kind_goes():
    made, waiting, other = Recording(KubernetesRouting(2)), uuid4(), uuid4()
    made.requeue([(other, False), (waiting, True)])
    assert made.places() == [
        ("forget", other), ("forget", waiting),
        (f"clone-{waiting}", "clone"), (URGENT, "reconcile_clone_jobs"),
        (f"clone-{other}", "clone"), (URGENT, "reconcile_clone_jobs"),
    ]  # fmt: skip


@pytest.mark.parametrize(("is_waiting", "asked"), [(True, 0), (False, 1)])
def test_a_pass_that_runs_is_followed_by_another(monkeypatch, is_waiting, asked):
    monkeypatch.setattr(dispatcher, "find_job", lambda *_: None)
    monkeypatch.setattr(dispatcher, "_is_waiting", lambda _: is_waiting)
    made = Recording(KubernetesRouting(2), taken=("reconcile-clone-jobs",))
    made._reconcile_clone_jobs()
    assert len(made.queued) == asked


def job(status, started_ago=None, timeout=60):
    made = TaskJob("any", Redis())
    made._status = JobStatus(status)
    made.timeout = timeout
    if started_ago is not None:
        made.started_at = datetime.now(UTC) - started_ago
    return made


@pytest.mark.parametrize(
    ("status", "started_ago", "timeout", "expected"),
    [
        ("finished", SECOND, 60, False),
        ("failed", SECOND, 60, False),
        ("started", None, 60, True),
        ("started", SECOND, 60, True),
        ("started", 60 * SECOND, 60, True),
        ("started", 60 * SECOND + TAKING + SECOND, 60, False),
        ("started", 120 * SECOND, 180, True),
    ],
)
def test_a_job_is_being_done_no_longer_than_it_may_take(status, started_ago, timeout, expected):
    assert dispatcher._is_being_done(job(status, started_ago, timeout)) is expected


def test_a_job_that_is_not_there_is_not_done():
    assert dispatcher._is_being_done(None) is False


@pytest.mark.parametrize(
    ("known", "in_line", "expected"),
    [
        (None, True, False),
        (job("queued"), True, True),
        (job("queued"), False, False),
        (job("started"), True, False),
    ],
)
def test_a_job_waits_only_where_it_stands_in_its_queue(monkeypatch, known, in_line, expected):
    monkeypatch.setattr(dispatcher, "is_in_line", lambda _: in_line)
    assert dispatcher._is_waiting(known) is expected
