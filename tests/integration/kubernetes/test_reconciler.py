"""One pass over orders, queues and Jobs while something else happens, or did before."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from app.control.models import SessionStatus
from app.control.queues import CLONE_JOBS
from app.http.metrics.collectors import CloneJobCollector
from jobs.clones.clone_tasks import clone_task_id, fetch_clone_tasks
from jobs.clones.cloning import CONNECTION_NAME
from jobs.kubernetes.api import ClusterAway
from jobs.kubernetes.job_queues import JobQueues
from jobs.kubernetes.job_status import CloneJobState, CloneJobStatus
from jobs.kubernetes.reconciler import reconcile
from jobs.queue.task_queue import TaskJob
from jobs.queue.unreadable_keys import set_aside_unreadable
from tests.integration.kubernetes.answers import Answers, is_taken, job_status_of
from tests.integration.kubernetes.steps import adjust, is_, open_session, queue_of

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.mark.parametrize("fallback", ["worker", "none"])
def test_a_clone_that_a_pod_takes_up_during_the_pass_is_left_to_it(
    parts, answer, tenant_id, fallback
):
    adjust(parts, clone_fallback=fallback, clone_job_start_seconds=0.0)

    def taken_and_away():
        is_taken(parts, tenant_id)
        raise ClusterAway("the Kubernetes API does not answer")

    answer(Answers(meanwhile=taken_and_away))
    report = reconcile(parts)
    assert (report.handed_over, report.failed) == (0, 0)
    assert queue_of(parts, tenant_id) == f"clone-{tenant_id}"


def test_metrics_show_the_jobs_of_the_last_pass_by_state(parts, answer, tenant_id):
    answer(Answers(job_status_of(tenant_id), job_status_of(tenant_id, CloneJobState.DONE, "two")))
    reconcile(parts)
    (family,) = CloneJobCollector(parts.redis).collect()
    shown = {sample.labels["state"]: sample.value for sample in family.samples}
    assert shown == {"starting": 0, "running": 1, "done": 1, "failed": 0, "stuck": 0}
    assert 0 < parts.redis.ttl(CLONE_JOBS) <= 300
    assert set_aside_unreadable(parts.redis) == []
    parts.redis.delete(CLONE_JOBS)
    (family,) = CloneJobCollector(parts.redis).collect()
    assert family.samples == []


def test_two_jobs_of_one_queue_hold_up_no_clone(parts, answer, tenant_id):
    jobs = [job_status_of(tenant_id, CloneJobState.FAILED, name) for name in ("one", "two")]
    answer(Answers(*jobs))
    reconcile(parts)
    assert queue_of(parts, tenant_id) == "clone"


def test_a_clone_without_connection_is_given_up_once(parts, answer, tenant_id):
    is_taken(parts, tenant_id, seconds_ago=60)
    answer(Answers(job_status_of(tenant_id)))
    assert reconcile(parts).handed_over == 1
    assert queue_of(parts, tenant_id) == "clone"


@pytest.mark.parametrize(("seconds", "given_up"), [(59, 0), (61, 1)])
def test_a_pod_that_begins_nothing_is_given_up(parts, answer, tenant_id, seconds, given_up):
    since = datetime.now(UTC) - timedelta(seconds=seconds)
    answer(Answers(job_status_of(tenant_id, running_since=since)))
    assert reconcile(parts).handed_over == given_up


def test_a_pod_that_has_begun_one_of_its_clones_may_take_its_time(parts, answer, tenant_id):
    since = datetime.now(UTC) - timedelta(seconds=600)
    queue, others = f"clone-{tenant_id}", (tenant_id, uuid4())
    answer(Answers(CloneJobStatus("job", queue, others, CloneJobState.RUNNING, "", since)))
    assert reconcile(parts).handed_over == 0


def test_a_clone_with_a_connection_is_left_alone(parts, answer, tenant_id, database_url):
    is_taken(parts, tenant_id, seconds_ago=60)
    answer(Answers(job_status_of(tenant_id)))
    name = CONNECTION_NAME + tenant_id.hex
    with psycopg.connect(database_url, application_name=name):
        assert reconcile(parts).handed_over == 0


def test_a_clone_that_failed_and_has_no_job_any_more_is_given_up(parts, answer, tenant_id):
    is_taken(parts, tenant_id, status="failed")
    answer(Answers())
    assert reconcile(parts).handed_over == 1


def test_a_queue_that_is_about_to_be_filled_stays(parts, answer, tenant_id):
    queue = f"clone-{tenant_id}"
    parts.redis.delete(TaskJob.key_for(clone_task_id(tenant_id)), f"rq:queue:{queue}")
    parts.redis.sadd("rq:queues", f"rq:queue:{queue}")
    answer(Answers())
    reconcile(parts)
    assert fetch_clone_tasks(parts.redis, [tenant_id]) == {}
    assert JobQueues(parts.redis).names() == {queue}


def test_a_session_without_a_free_place_does_not_wait_for_one(parts, answer, tenant_id):
    adjust(parts, clone_jobs_at_once=0)
    answer(Answers())
    assert reconcile(parts).handed_over == 1
    assert queue_of(parts, tenant_id) == "clone"


def test_a_session_that_is_overdue_fails(parts, answer):
    adjust(parts, clone_fallback="none", clone_job_start_seconds=0.0)
    session = open_session(parts)
    tenant_id = parts.sessions.awaited_tenant(session)
    answer(Answers(job_status_of(tenant_id, CloneJobState.STUCK)))
    assert reconcile(parts).failed == 1
    assert is_(parts, session, SessionStatus.FAILED)()
