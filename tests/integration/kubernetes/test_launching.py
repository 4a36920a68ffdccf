"""Clones in Kubernetes Jobs, on a strict double of the API that runs what a Job's pod runs."""

import time
from contextlib import ExitStack

import pytest
from rq import Queue, SimpleWorker

from app.control.models import SessionStatus
from jobs import tasks
from jobs.dispatch import QUEUES
from jobs.kubernetes.api import CALLS
from jobs.kubernetes.api import Cluster as ClusterApi
from jobs.launching import AGAIN, AWAY
from jobs.locks import only_one
from jobs.queues import LaunchedQueues
from tests.integration.control.conftest import (
    ACCOUNT,
    TEMPLATE,
    demo_schemas,
    differences,
    tenant_states,
)
from tests.integration.control.processes import wait_for, wait_until_gone
from tests.integration.control.test_sessions import VISITOR
from tests.integration.kubernetes.conftest import NAMESPACE
from tests.integration.kubernetes.test_clone_pod import locked_template

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)


def adjust(parts, **settings):
    """Change settings that are read when they are needed."""
    for name, value in settings.items():
        object.__setattr__(parts.settings, name, value)


def work(parts):
    """Do what is queued for the standing workers."""
    queues = [Queue(name, connection=parts.redis) for name in QUEUES]
    SimpleWorker(queues, connection=parts.redis).work(burst=True, logging_level="ERROR")


def settle(parts, is_done, *, seconds=30.0):
    """Let workers and keeper go on, as they do in production, until something is true."""
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, "it did not come"
        work(parts)
        tasks.launch()
        time.sleep(0.05)


def open_session(parts):
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    assert session.status is SessionStatus.PENDING
    return session


def is_(parts, session, status):
    return lambda: parts.sessions.fetch(session.session_id).status is status


def jobs_of(cluster):
    return cluster.objects("Job", NAMESPACE)


def end_of(job):
    return {
        item["type"]: item.get("reason", "")
        for item in job.get("status", {}).get("conditions", [])
        if item["status"] == "True"
    }


def pods_run(cluster):
    return len(cluster.objects("Pod", NAMESPACE))


def assert_nothing_is_left(parts, cluster):
    """No queue of a Job's, and no Job but those that ended by themselves and wait for their TTL."""
    tasks.launch()
    assert LaunchedQueues(parts.redis).names() == set()
    left = [job["metadata"]["name"] for job in jobs_of(cluster) if not end_of(job)]
    assert left == []


def trouble(parts, database, session):
    row = database.execute(
        "SELECT trouble FROM control.tenants WHERE demo_session_id = %s", [session.id]
    ).fetchone()
    return row[0] if row else None


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


def test_launching_twice_is_launching_once(cluster, parts):
    open_session(parts)
    for _ in range(3):
        tasks.launch()
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
        tasks.launch()
        (job,) = jobs_of(cluster)
        assert job["metadata"]["labels"]["masa-madre/for"] == "session"
        second = open_session(parts)
        # A worker clones the second one's, and who came first gets it.
        settle(parts, is_(parts, first, SessionStatus.ACTIVE))
        assert len(jobs_of(cluster)) == 1
    settle(parts, is_(parts, second, SessionStatus.ACTIVE))
    settle(parts, lambda: set(tenant_states(database)) == {"ready", "leased"})


REFUSALS = {
    "forbidden": {"what": "answer", "status": 403},
    "too many requests": {"what": "answer", "status": 429},
    "broken": {"what": "answer", "status": 500},
    "away for a moment": {"what": "answer", "status": 503},
    "connection lost": {"what": "reset"},
    "answer lost": {"what": "lost-answer"},
    "quota": {"what": "quota", "namespace": NAMESPACE},
}


@pytest.mark.parametrize("failure", REFUSALS)
def test_what_the_api_refuses_the_workers_clone(cluster, parts, database, failure):
    rule = dict(REFUSALS[failure])
    if rule["what"] != "quota":
        rule |= {"verb": "create", "resource": "jobs"}
    with cluster.fail(**rule):
        session = open_session(parts)
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    settle(parts, lambda: not LaunchedQueues(parts.redis).names())
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


@pytest.mark.parametrize("what", ["pull", "unschedulable"])
def test_a_pod_that_cannot_start_is_given_up_for_a_worker(cluster, parts, database, what):
    adjust(parts, clone_job_start_seconds=1)
    session = open_session(parts)
    with cluster.fail(what):
        settle(parts, lambda: trouble(parts, database, session))
        said = trouble(parts, database, session)
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert {"pull": "ImagePull", "unschedulable": "Unschedulable"}[what] in said
    assert_nothing_is_left(parts, cluster)


def test_a_pod_without_its_secret_is_given_up_for_a_worker(cluster, parts):
    adjust(parts, clone_job_secret="forgotten")
    session = open_session(parts)
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_namespace_that_refuses_our_pods_is_noticed(cluster, parts):
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
        tasks.launch()
        for _ in range(parts.settings.clone_attempts):
            wait_for(lambda: connections(database) == 1)
            with cluster.fail("oom", after=0.05, times=1) as death:
                wait_for(lambda: death.hits == 1)
                # A server notices late that its client has died, and while it waits not at all.
                time.sleep(0.5)
                end_connections(database)
        wait_for(lambda: "Failed" in end_of(jobs_of(cluster)[0]))
        tasks.launch()
        assert parts.dispatcher.queue_of_clone(tenant_id) == "clone"
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_job_that_pauses_between_two_attempts_is_left_alone(
    cluster, parts, database, monkeypatch
):
    monkeypatch.setattr("jobs.launching.GRACE_SECONDS", 0)
    database.execute(f"ALTER SCHEMA {TEMPLATE} RENAME TO hidden")
    session = open_session(parts)
    cluster._jobs.backoff = 20  # as long as in a real one
    tasks.launch()
    wait_for(lambda: jobs_of(cluster)[0].get("status", {}).get("failed") == 1)
    for _ in range(3):
        tasks.launch()
    assert parts.dispatcher.queue_of_clone(parts.sessions.awaited_tenant(session)) != "clone"
    assert len(jobs_of(cluster)) == 1


def test_a_clone_whose_job_was_deleted_goes_on(cluster, parts, database, database_url, monkeypatch):
    monkeypatch.setattr("jobs.launching.GRACE_SECONDS", 0)
    session = open_session(parts)
    with locked_template(database_url):
        tasks.launch()
        wait_for(lambda: connections(database) == 1)
        death = cluster.fail("node-death", after=0.05, unnoticed=120)
        wait_for(lambda: death.hits == 1)
        time.sleep(0.5)  # struck is not dead yet
        ClusterApi(parts.settings).delete(jobs_of(cluster)[0]["metadata"]["name"])
        wait_for(lambda: not jobs_of(cluster))
        end_connections(database)
    wait_until_gone(database, "masa-madre clone ")
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_kubeconfig_that_leads_nowhere_does_not_keep_visitors_waiting(parts):
    adjust(parts, kubeconfig="/nowhere/kubeconfig")
    session = open_session(parts)
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))


def test_a_clone_whose_node_died_goes_to_a_worker(
    cluster, parts, database, database_url, monkeypatch
):
    monkeypatch.setattr("jobs.launching.GRACE_SECONDS", 1)
    session = open_session(parts)
    with ExitStack() as stack:
        with locked_template(database_url):
            tasks.launch()
            wait_for(lambda: connections(database) == 1)
            death = stack.enter_context(cluster.fail("node-death", after=0.1, unnoticed=120))
            wait_for(lambda: death.hits == 1)
            time.sleep(1)  # struck is not dead yet
        wait_until_gone(database, "masa-madre clone ")
        assert is_(parts, session, SessionStatus.PENDING)()
        settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert_nothing_is_left(parts, cluster)


def test_a_job_at_its_deadline_is_given_up_for_a_worker(cluster, parts, database, database_url):
    adjust(parts, clone_job_deadline_seconds=2)
    session = open_session(parts)
    with locked_template(database_url):
        tasks.launch()
        wait_for(lambda: connections(database) == 1)
        wait_for(lambda: "FailureTarget" in end_of(jobs_of(cluster)[0]))
        tasks.launch()
        assert "DeadlineExceeded" in trouble(parts, database, session)
        assert parts.dispatcher.queue_of_clone(parts.sessions.awaited_tenant(session)) == "clone"
    settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    settle(parts, lambda: all("Failed" in end_of(job) for job in jobs_of(cluster)))
    assert_nothing_is_left(parts, cluster)


def end_connections(database):
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE starts_with(application_name, 'masa-madre clon')"
    )


def connections(database):
    return database.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE starts_with(application_name, 'masa-madre clone ')"
    ).fetchone()[0]


def test_without_a_fallback_a_clone_that_cannot_start_fails_with_a_sentence(
    cluster, parts, database
):
    adjust(parts, clone_fallback="none")
    adjust(parts, clone_job_start_seconds=1)
    session = open_session(parts)
    with cluster.fail("pull"):
        settle(parts, is_(parts, session, SessionStatus.FAILED))
    failed = parts.sessions.fetch(session.session_id)
    assert "Vuelve a intentarlo" in failed.failure
    assert (
        len(cluster.pods(jobs_of(cluster)[0]["metadata"]["name"])) <= 1 if jobs_of(cluster) else 1
    )
    assert_nothing_is_left(parts, cluster)
    tasks.cleanup()
    work(parts)
    assert not demo_schemas(database) - {
        f"demo_{order.tenant_id.hex}" for order in parts.orders.fetch()
    }


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


def test_reconcile_removes_a_job_that_nobody_waits_for(cluster, parts):
    session = open_session(parts)
    with cluster.fail("slow-start", seconds=60):
        tasks.launch()
        parts.pool.mark_failed(parts.sessions.awaited_tenant(session), "for the test")
        found = tasks.reconcile(dry_run=True)
        assert [item["kind"] for item in found if "launch" in item["kind"]] == [
            "launch without clone"
        ]
        tasks.reconcile()
    assert jobs_of(cluster) == []


def test_the_watch_makes_one_pass_however_often_it_is_queued(cluster, parts, monkeypatch):
    monkeypatch.setattr("jobs.launching.WATCH_SECONDS", 60)
    assert [tasks.watch_launches() for _ in range(5)] == [1, 0, 0, 0, 0]


def test_whoever_finds_a_pass_under_way_has_another_one_made(cluster, parts, database_url):
    with only_one(database_url, "launching"):
        assert tasks.launch() == 0
    assert parts.redis.exists(AGAIN)
    assert tasks.watch_launches() == 1
    assert not parts.redis.exists(AGAIN)


def test_an_api_that_hangs_is_asked_once_and_not_by_every_session(cluster, parts, monkeypatch):
    monkeypatch.setattr("jobs.kubernetes.api.ANSWER_SECONDS", 0.5)
    with cluster.fail("hang") as hang:
        for _ in range(3):
            session = open_session(parts)
            settle(parts, is_(parts, session, SessionStatus.ACTIVE))
    assert hang.hits == 1
    assert jobs_of(cluster) == []
    parts.redis.delete(AWAY)
    settle(parts, is_(parts, open_session(parts), SessionStatus.ACTIVE))
    assert len(jobs_of(cluster)) == 1
