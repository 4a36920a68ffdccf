"""What one pass decides about each Job and each clone, and what the reconcile job does besides."""

from uuid import uuid4

import pytest

from jobs import tasks
from jobs.clones.clone_tasks import fetch_clone_tasks
from jobs.kubernetes.api import ClusterAway, ClusterRefused
from jobs.kubernetes.job_queues import JobQueues
from jobs.kubernetes.job_status import CloneJobState, CloneJobStatus
from jobs.kubernetes.reconciler import AWAY, Report, reconcile
from tests.integration.kubernetes.answers import Answers, is_taken, job_status_of, trouble_and_phase
from tests.integration.kubernetes.steps import adjust, order_batch, queue_of

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

STARTING, RUNNING, DONE, FAILED, STUCK = CloneJobState
REFUSED = ClusterRefused(403, "not you")


def test_a_clone_gets_a_job_of_its_own(parts, answer, tenant_id):
    api = Answers()
    answer(api)
    assert reconcile(parts) == Report(created=1)
    assert api.asked == [f"clone-{tenant_id}"]
    assert trouble_and_phase(parts, tenant_id) == (None, "starting")


def test_a_job_that_was_there_already_is_not_counted_and_takes_a_place(parts, answer, tenant_id):
    adjust(parts, clone_jobs_at_once=1)
    _, queue = order_batch(parts)
    api = Answers(created=False)
    answer(api)
    assert reconcile(parts) == Report()
    assert api.asked == [f"clone-{tenant_id}"]
    assert JobQueues(parts.redis).names() == {f"clone-{tenant_id}", queue}


def test_a_job_that_cannot_be_created_leaves_its_place_to_the_next(parts, answer, tenant_id):
    adjust(parts, clone_jobs_at_once=1)
    _, queue = order_batch(parts)
    api = Answers(created=REFUSED)
    answer(api)
    assert reconcile(parts) == Report(handed_over=2)
    assert api.asked == [f"clone-{tenant_id}", queue]
    assert trouble_and_phase(parts, tenant_id) == ("403: not you", "handed_over")


@pytest.mark.parametrize(("error", "away"), [(REFUSED, 0), (ClusterAway("slow"), 1)])
def test_only_an_api_that_does_not_answer_is_left_alone(parts, answer, tenant_id, error, away):
    answer(Answers(created=error))
    reconcile(parts)
    assert parts.redis.exists(AWAY) == away
    order_batch(parts)
    later = Answers()
    answer(later)
    reconcile(parts)
    assert len(later.asked) == 1 - away


def test_a_clone_that_a_worker_makes_is_not_handed_over_twice(parts, answer, tenant_id):
    answer(Answers(created=REFUSED))
    assert reconcile(parts).handed_over == 1
    assert reconcile(parts) == Report()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (STARTING, ("for a reason", "starting")),
        (RUNNING, (None, "queued")),
    ],
)
def test_a_job_that_goes_on_is_left_alone(parts, answer, tenant_id, state, expected):
    api = Answers(job_status_of(tenant_id, state))
    answer(api)
    assert reconcile(parts) == Report()
    assert api.asked == []
    assert trouble_and_phase(parts, tenant_id) == expected


def test_only_a_visitor_is_told_that_a_pod_starts(parts, answer):
    (tenant_id,), _ = order_batch(parts)
    answer(Answers(job_status_of(tenant_id, STARTING)))
    reconcile(parts)
    assert trouble_and_phase(parts, tenant_id) == ("for a reason", "queued")


def test_a_clone_that_was_begun_is_not_told_that_a_pod_starts(parts, answer, tenant_id):
    is_taken(parts, tenant_id)
    answer(Answers(job_status_of(tenant_id, STARTING)))
    reconcile(parts)
    assert trouble_and_phase(parts, tenant_id) == (None, "queued")


def test_a_job_that_is_done_though_its_clone_waits_is_replaced(parts, answer, tenant_id):
    api = Answers(job_status_of(tenant_id, DONE))
    answer(api)
    assert reconcile(parts) == Report(created=1, removed=1)
    assert api.asked == ["job", f"clone-{tenant_id}"]


def test_a_job_that_cannot_be_deleted_is_not_replaced(parts, answer, tenant_id):
    api = Answers(job_status_of(tenant_id, DONE), deleted=REFUSED)
    answer(api)
    assert reconcile(parts) == Report()
    assert api.asked == ["job"]


def test_a_job_that_has_done_its_clones_stays_for_its_time_to_live(parts, answer):
    api = Answers(job_status_of(uuid4(), DONE))
    answer(api)
    assert reconcile(parts) == Report()
    assert api.asked == []


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (FAILED, "for a reason"),
        (STUCK, "for a reason"),
        (RUNNING, "its pod is gone"),
        (DONE, "for a reason"),
    ],
)
def test_a_clone_that_no_pod_makes_any_more_is_given_up(parts, answer, tenant_id, state, reason):
    is_taken(parts, tenant_id, seconds_ago=60)
    answer(Answers(job_status_of(tenant_id, state)))
    assert reconcile(parts) == Report(handed_over=1, removed=1)
    assert trouble_and_phase(parts, tenant_id) == (reason, "handed_over")
    assert JobQueues(parts.redis).names() == set()


def test_a_clone_without_pod_and_job_is_given_up(parts, answer, tenant_id):
    is_taken(parts, tenant_id, seconds_ago=60)
    answer(Answers())
    assert reconcile(parts) == Report(handed_over=1)
    assert trouble_and_phase(parts, tenant_id) == ("its Job is gone", "handed_over")


@pytest.mark.parametrize("found", [True, False])
def test_a_pod_that_has_just_begun_may_have_no_connection_yet(parts, answer, tenant_id, found):
    is_taken(parts, tenant_id, seconds_ago=5)
    answer(Answers(*[job_status_of(tenant_id)] * found))
    assert reconcile(parts) == Report()
    assert JobQueues(parts.redis).names() == {f"clone-{tenant_id}"}


def test_a_batch_of_which_one_clone_failed_is_left_to_its_pod(parts, answer):
    (first, second), queue = order_batch(parts, 2)
    is_taken(parts, first, status="failed")
    is_taken(parts, second, queue=queue)
    answer(Answers())
    assert reconcile(parts) == Report()


def test_the_queue_of_a_batch_stays_while_one_clone_is_left(parts, answer):
    (first, second), queue = order_batch(parts, 2)
    parts.pool.mark_failed(first, "for the test")
    is_taken(parts, second, queue=queue)
    answer(Answers())
    reconcile(parts)
    assert JobQueues(parts.redis).names() == {queue}


def test_a_queue_stays_when_the_api_is_away_and_a_pod_works_on_it(parts, answer, tenant_id):
    def away():
        is_taken(parts, tenant_id)
        raise ClusterAway("slow")

    answer(Answers(meanwhile=away))
    reconcile(parts)
    assert JobQueues(parts.redis).names() == {f"clone-{tenant_id}"}


@pytest.mark.parametrize(
    ("state", "created"),
    [(RUNNING, 0), (STARTING, 0), (FAILED, 1)],
)
def test_a_job_takes_a_place_until_it_is_over(parts, answer, state, created):
    adjust(parts, clone_jobs_at_once=1)
    _, queue = order_batch(parts)
    answer(Answers(job_status_of(uuid4(), state)))
    assert reconcile(parts) == Report(created=created)
    assert JobQueues(parts.redis).names() == {queue}


def test_without_workers_a_session_waits_for_a_free_place(parts, answer, tenant_id):
    adjust(parts, clone_jobs_at_once=0, clone_fallback="none")
    answer(Answers())
    assert reconcile(parts) == Report()
    assert queue_of(parts, tenant_id) == f"clone-{tenant_id}"
    assert trouble_and_phase(parts, tenant_id) == (None, "queued")


def test_without_workers_a_clone_is_tried_again_until_its_time_is_over(parts, answer, tenant_id):
    adjust(parts, clone_fallback="none")
    is_taken(parts, tenant_id, status="failed")
    answer(Answers(job_status_of(tenant_id, STUCK)))
    assert reconcile(parts) == Report(removed=1, created=1)
    assert queue_of(parts, tenant_id) == f"clone-{tenant_id}"
    assert not fetch_clone_tasks(parts.redis, [tenant_id])[tenant_id].has_failed


def test_a_worker_has_one_attempt_left(parts, answer, tenant_id):
    for _ in range(parts.settings.clone_attempts):
        parts.clones.begin_attempt(tenant_id)
    answer(Answers(job_status_of(tenant_id, FAILED)))
    reconcile(parts)
    assert parts.clones.begin_attempt(tenant_id) == parts.settings.clone_attempts


def test_a_clone_of_the_pool_is_handed_over_quietly(parts, answer):
    (tenant_id,), _ = order_batch(parts)
    answer(Answers(job_status_of(tenant_id, FAILED)))
    assert reconcile(parts).handed_over == 1
    assert trouble_and_phase(parts, tenant_id) == ("for a reason", "queued")
    assert queue_of(parts, tenant_id) == "pool"


def test_a_queue_is_forgotten_when_its_job_is_over(parts, answer):
    kept, done, none = uuid4(), uuid4(), uuid4()
    for each in (kept, done, none):
        parts.redis.sadd("rq:queues", f"rq:queue:clone-{each}")
    answer(Answers(job_status_of(kept), job_status_of(done, DONE)))
    reconcile(parts)
    assert JobQueues(parts.redis).names() == {f"clone-{kept}"}


@pytest.fixture
def strays(parts, monkeypatch):
    """Return what the reconcile job finds, with these answers of the API."""

    def found(api):
        monkeypatch.setattr("jobs.maintenance.reconcile.open_cluster", lambda _: api)
        kinds = ("Kubernetes Job without clone",)
        return [one["identity"] for one in tasks.reconcile() if one["kind"] in kinds]

    return found


def test_a_job_is_a_stray_when_none_of_its_tenants_waits(parts, strays, tenant_id):
    mixed = CloneJobStatus("mixed", "clone-a", (tenant_id, uuid4()), RUNNING)
    over = job_status_of(uuid4(), FAILED, "over")
    stray = job_status_of(uuid4(), STARTING, "stray")
    api = Answers(mixed, over, stray)
    assert strays(api) == ["stray"]
    assert api.asked == ["stray"]


def test_without_an_answer_no_job_is_a_stray(parts, strays):
    def away():
        raise ClusterAway("slow")

    assert strays(Answers(job_status_of(uuid4()), meanwhile=away)) == []


def test_without_kubernetes_no_job_is_looked_for(parts, strays):
    adjust(parts, clone_launcher="worker")
    assert strays(Answers(job_status_of(uuid4()))) == []
