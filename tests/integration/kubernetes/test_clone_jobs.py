"""Clones in Kubernetes Jobs, on a strict double of the API that runs what a Job's pod runs."""

import pytest

from app.control.models import SessionStatus
from jobs import tasks
from jobs.kubernetes.api import CALLS
from jobs.kubernetes.reconcile_loop import AGAIN
from jobs.services import advisory_lock
from tests.integration.control.conftest import (
    ACCOUNT,
    TEMPLATE,
    differences,
    tenant_states,
)
from tests.integration.control.processes import wait_for
from tests.integration.kubernetes.steps import (
    adjust,
    assert_nothing_is_left,
    end_of,
    is_,
    jobs_of,
    open_session,
    queue_of,
    settle,
)

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def test_a_session_gets_its_bakery_from_a_pod(cluster, parts, database):
    session = open_session(parts)
    tenant_id = parts.sessions.awaited_tenant(session)
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    (job,) = jobs_of(cluster)
    assert job["metadata"]["name"] == f"demo-clone-{tenant_id}"
    settle(parts, lambda: "Complete" in end_of(jobs_of(cluster)[0]))
    assert differences(database, f"demo_{tenant_id.hex}") == []
    assert_nothing_is_left(parts, cluster)


def test_no_more_rights_are_used_than_the_account_is_given(cluster, parts):
    session = open_session(parts)
    with cluster.fail("pull", name=str(parts.sessions.awaited_tenant(session))):
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    used = {(call.group, call.resource, call.verb) for call in cluster.calls}
    assert used == CALLS
    assert {call.status for call in cluster.calls} <= {200, 201}


def test_creating_a_job_twice_is_creating_it_once(cluster, parts):
    open_session(parts)
    for _ in range(3):
        tasks.reconcile_clone_jobs()
    assert len(jobs_of(cluster)) == 1


def test_the_pool_is_filled_in_batches(cluster, parts, database):
    tenants = parts.pool.add_missing(ACCOUNT, 5)
    parts.dispatcher.clone_for_pool(tenants)
    settle(parts, lambda: tenant_states(database) == ["ready"] * 5)
    assert len(jobs_of(cluster)) == 2
    settle(parts, lambda: all("Complete" in end_of(job) for job in jobs_of(cluster)))
    assert_nothing_is_left(parts, cluster)


def test_a_session_comes_before_the_pool_and_does_not_wait_for_a_place(cluster, parts, database):
    adjust(parts, clone_jobs_at_once=1)
    with cluster.fail("slow-start", seconds=60):
        parts.dispatcher.clone_for_pool(parts.pool.add_missing(ACCOUNT, 4))
        first = open_session(parts)
        tasks.reconcile_clone_jobs()
        (job,) = jobs_of(cluster)
        assert job["metadata"]["labels"]["masa-madre/for"] == "session"
        second = open_session(parts)
        # A worker clones the second one's, and who came first gets it.
        settle(parts, is_(parts, first, SessionStatus.ACTIVE))
        assert len(jobs_of(cluster)) == 1
    settle(parts, is_(parts, second, SessionStatus.ACTIVE))
    settle(parts, lambda: set(tenant_states(database)) == {"ready", "leased"})


def test_a_job_that_pauses_between_two_attempts_is_left_alone(
    cluster, parts, database, monkeypatch
):
    monkeypatch.setattr("jobs.kubernetes.reconciler.GRACE_SECONDS", 0)
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    session = open_session(parts)
    cluster.pause_between_attempts(20)  # as long as in a real one
    tasks.reconcile_clone_jobs()
    wait_for(lambda: jobs_of(cluster)[0].get("status", {}).get("failed") == 1)
    for _ in range(3):
        tasks.reconcile_clone_jobs()
    assert queue_of(parts, parts.sessions.awaited_tenant(session)) != "clone"
    assert len(jobs_of(cluster)) == 1


def test_reconcile_removes_a_job_that_no_tenant_waits_for(cluster, parts):
    session = open_session(parts)
    with cluster.fail("slow-start", seconds=60):
        tasks.reconcile_clone_jobs()
        parts.pool.mark_failed(parts.sessions.awaited_tenant(session), "for the test")
        found = tasks.reconcile(dry_run=True)
        assert [item["kind"] for item in found if "Job" in item["kind"]] == [
            "Kubernetes Job without clone"
        ]
        tasks.reconcile()
    assert jobs_of(cluster) == []


def test_the_poll_makes_one_pass_however_often_it_is_queued(cluster, parts, monkeypatch):
    monkeypatch.setattr("jobs.kubernetes.reconcile_loop.CLONE_JOBS_SECONDS", 60)
    assert [tasks.poll_clone_jobs() for _ in range(5)] == [1, 0, 0, 0, 0]


def test_a_pass_that_is_under_way_is_followed_by_another(cluster, parts, database_url):
    with advisory_lock(database_url, "clone jobs"):
        assert tasks.reconcile_clone_jobs() == 0
    assert parts.redis.exists(AGAIN)
    assert tasks.poll_clone_jobs() == 1
    assert not parts.redis.exists(AGAIN)
