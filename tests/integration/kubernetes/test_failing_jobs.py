"""Every failure of Job, pod, node or API ends in a clone, or in a message to the visitor."""

from contextlib import ExitStack

import pytest

from app.control.models import SessionStatus
from jobs import tasks
from jobs.clones.cloning import CONNECTION_NAME
from jobs.kubernetes.api import Cluster as ClusterApi
from jobs.kubernetes.job_queues import JobQueues
from jobs.kubernetes.reconciler import AWAY
from tests.fixtures.kube.namespace import JOBS_REFUSED, NAMESPACE
from tests.integration.control.conftest import (
    TEMPLATE,
    demo_schemas,
)
from tests.integration.control.processes import wait_for, wait_until_gone
from tests.integration.kubernetes.steps import (
    adjust,
    assert_nothing_is_left,
    connections,
    end_connections,
    end_of,
    is_,
    jobs_of,
    locked_template,
    open_session,
    pods_run,
    queue_of,
    settle,
    trouble,
    work,
)

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


@pytest.mark.parametrize("failure", JOBS_REFUSED)
def test_what_the_api_refuses_the_workers_clone(cluster, parts, database, failure):
    with cluster.fail(**JOBS_REFUSED[failure]):
        session = open_session(parts)
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    settle(parts, lambda: not JobQueues(parts.redis).names())
    settle(parts, lambda: all(end_of(job) for job in jobs_of(cluster)))
    assert_nothing_is_left(parts, cluster)
    assert len(demo_schemas(database)) == 1


@pytest.mark.parametrize("what", ["refuse", "hang"])
def test_without_an_api_the_workers_clone(cluster, parts, what, monkeypatch):
    monkeypatch.setattr("jobs.kubernetes.api.ANSWER_SECONDS", 0.5)
    session = open_session(parts)
    with cluster.fail(what):
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_an_api_that_hangs_is_asked_once_and_not_by_every_session(cluster, parts, monkeypatch):
    with monkeypatch.context() as patched, cluster.fail("hang") as hang:
        patched.setattr("jobs.kubernetes.api.ANSWER_SECONDS", 0.5)
        patched.setattr("jobs.kubernetes.reconciler.AWAY_SECONDS", 600)
        for _ in range(3):
            session = open_session(parts)
            settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert hang.hits == 1
    assert jobs_of(cluster) == []
    parts.redis.delete(AWAY)
    settle(parts, is_(parts, open_session(parts), SessionStatus.ACTIVE))
    assert len(jobs_of(cluster)) == 1


def test_with_an_unreachable_cluster_the_workers_clone(parts):
    adjust(parts, kubeconfig="/nowhere/kubeconfig")
    session = open_session(parts)
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))


@pytest.mark.parametrize("what", ["pull", "unschedulable"])
def test_a_pod_that_cannot_start_is_given_up_for_a_worker(cluster, parts, database, what):
    adjust(parts, clone_job_start_seconds=1)
    session = open_session(parts)
    with cluster.fail(what):
        settle(parts, lambda: trouble(database, session))
        said = trouble(database, session)
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert {"pull": "ImagePull", "unschedulable": "Unschedulable"}[what] in said
    assert_nothing_is_left(parts, cluster)


def test_a_pod_without_its_secret_is_given_up_for_a_worker(cluster, parts):
    adjust(parts, clone_job_secret="forgotten")
    session = open_session(parts)
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_namespace_that_refuses_our_pods_hands_over_to_a_worker(cluster, parts):
    adjust(parts, clone_job_start_seconds=1)
    limits = {"metadata": {"name": "none"}, "spec": {"hard": {"count/pods": "0"}}}
    cluster.add("ResourceQuota", NAMESPACE, limits)
    session = open_session(parts)
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


@pytest.mark.parametrize("what", ["evict", "oom"])
def test_the_next_pod_does_what_was_killed_in_the_first(cluster, parts, database, what):
    session = open_session(parts)
    with cluster.fail(what, attempt=1, after=0.1):
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert pods_run(cluster) == 2
    settle(parts, lambda: "Complete" in end_of(jobs_of(cluster)[0]))
    assert_nothing_is_left(parts, cluster)


def test_a_clone_whose_every_pod_is_killed_goes_to_a_worker(cluster, parts, database, database_url):
    session = open_session(parts)
    tenant_id = parts.sessions.awaited_tenant(session)
    with locked_template(database_url):
        tasks.reconcile_clone_jobs()
        for _ in range(parts.settings.clone_attempts):
            wait_for(lambda: connections(database) == 1)
            with cluster.fail("oom", after=0.05, times=1) as death:
                wait_for(lambda: death.hits == 1)
                # While it waits for a lock a server does not notice that its client was killed.
                end_connections(database)
        wait_for(lambda: "Failed" in end_of(jobs_of(cluster)[0]))
        tasks.reconcile_clone_jobs()
        assert queue_of(parts, tenant_id) == "clone"
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_clone_whose_job_was_deleted_goes_on(cluster, parts, database, database_url, monkeypatch):
    monkeypatch.setattr("jobs.kubernetes.reconciler.GRACE_SECONDS", 0)
    session = open_session(parts)
    with locked_template(database_url):
        tasks.reconcile_clone_jobs()
        wait_for(lambda: connections(database) == 1)
        death = cluster.fail("node-death", after=0.05, times=1, unnoticed=120)
        wait_for(lambda: death.hits == 1)
        ClusterApi(parts.settings).delete(jobs_of(cluster)[0]["metadata"]["name"])
        wait_for(lambda: not jobs_of(cluster))
        end_connections(database)
    wait_until_gone(database, CONNECTION_NAME)
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_clone_whose_node_failed_goes_to_a_worker(
    cluster, parts, database, database_url, monkeypatch
):
    monkeypatch.setattr("jobs.kubernetes.reconciler.GRACE_SECONDS", 1)
    session = open_session(parts)
    with ExitStack() as stack:
        with locked_template(database_url):
            tasks.reconcile_clone_jobs()
            wait_for(lambda: connections(database) == 1)
            death = stack.enter_context(cluster.fail("node-death", after=0.1, unnoticed=120))
            wait_for(lambda: death.hits == 1)
        wait_until_gone(database, CONNECTION_NAME)
        assert is_(parts, session, SessionStatus.PENDING)()
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_clone_whose_node_failed_before_it_began_goes_to_a_worker(cluster, parts):
    adjust(parts, clone_job_start_seconds=3)
    with cluster.fail("node-death", unnoticed=120) as death:
        session = open_session(parts)
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
        assert death.hits == 1
    assert_nothing_is_left(parts, cluster)


def test_a_job_at_its_deadline_is_given_up_for_a_worker(cluster, parts, database, database_url):
    session = open_session(parts)
    with locked_template(database_url):
        tasks.reconcile_clone_jobs()
        wait_for(lambda: connections(database) == 1)
        cluster.pass_time(parts.settings.clone_job_deadline_seconds)
        wait_for(lambda: "FailureTarget" in end_of(jobs_of(cluster)[0]))
        tasks.reconcile_clone_jobs()
        assert "DeadlineExceeded" in trouble(database, session)
        assert queue_of(parts, parts.sessions.awaited_tenant(session)) == "clone"
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    settle(parts, lambda: all("Failed" in end_of(job) for job in jobs_of(cluster)))
    assert_nothing_is_left(parts, cluster)


def test_without_a_fallback_a_clone_that_cannot_start_fails_with_a_sentence(
    cluster, parts, database
):
    adjust(parts, clone_fallback="none")
    adjust(parts, clone_job_start_seconds=1)
    session = open_session(parts)
    with cluster.fail("pull"):
        settle(parts, is_(parts, session, SessionStatus.FAILED))
        assert "Vuelve a intentarlo" in parts.sessions.fetch(session.session_id).failure
        assert_nothing_is_left(parts, cluster)
        tasks.cleanup()
        work(parts)
        assert demo_schemas(database) == set()


def test_without_a_fallback_a_job_is_tried_again_when_the_api_is_back(cluster, parts):
    adjust(parts, clone_fallback="none")
    session = open_session(parts)
    with cluster.fail("answer", status=503, times=2, verb="create", resource="jobs"):
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert len(jobs_of(cluster)) == 1


def test_a_clone_that_fails_in_every_pod_fails_its_session(cluster, parts, database):
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    session = open_session(parts)
    settle(parts, is_(parts, session, SessionStatus.FAILED))
    settle(parts, lambda: "Failed" in end_of(jobs_of(cluster)[0]))
    assert pods_run(cluster) == parts.settings.clone_attempts
    assert demo_schemas(database) == set()
    assert_nothing_is_left(parts, cluster)
