"""What the tests of clones in Kubernetes Jobs do, and what they look at."""

import time
from contextlib import contextmanager

import psycopg

from app.control.models import SessionStatus
from jobs import tasks
from jobs.clones.clone_tasks import fetch_clone_tasks
from jobs.clones.cloning import CONNECTION_NAME
from jobs.kubernetes.job_queues import JobQueues
from tests.fixtures.kube.namespace import NAMESPACE
from tests.integration.control.conftest import ACCOUNT, TEMPLATE
from tests.integration.control.steps import VISITOR, work


def adjust(parts, **settings):
    """Change settings that are read when they are needed."""
    for name, value in settings.items():
        object.__setattr__(parts.settings, name, value)


def settle(parts, is_done, *, seconds=120.0):
    """Run workers and reconciler, as in production, until a condition holds."""
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, "it did not come"
        work(parts)
        tasks.reconcile_clone_jobs()
        time.sleep(0.05)


def open_session(parts):
    """Open a session while no tenant is ready."""
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    assert session.status is SessionStatus.PENDING
    return session


def is_(parts, session, status):
    """Return a check that a session has reached a status."""
    return lambda: parts.sessions.fetch(session.session_id).status is status


def queue_of(parts, tenant_id):
    """The queue that a tenant's clone is in, or was taken from."""
    return fetch_clone_tasks(parts.redis, [tenant_id])[tenant_id].queue


def jobs_of(cluster):
    """The Kubernetes Jobs that there are."""
    return cluster.objects("Job", NAMESPACE)


def end_of(job):
    """Return a Job's reasons to end, by the type of their condition."""
    return {
        item["type"]: item.get("reason", "")
        for item in job.get("status", {}).get("conditions", [])
        if item["status"] == "True"
    }


def pods_run(cluster):
    """Return the number of pods that were created."""
    return len(cluster.objects("Pod", NAMESPACE))


def assert_nothing_is_left(parts, cluster):
    """No queue of a Job's, and no Job but those that ended by themselves and wait for their TTL."""
    tasks.reconcile_clone_jobs()
    assert JobQueues(parts.redis).names() == set()
    left = [job["metadata"]["name"] for job in jobs_of(cluster) if not end_of(job)]
    assert left == []


def trouble(database, session):
    """Return the trouble of a session's clone, as operators see it."""
    row = database.execute(
        "SELECT trouble FROM control.tenants WHERE demo_session_id = %s", [session.id]
    ).fetchone()
    return row[0] if row else None


def connections(database):
    """Return the number of clones that run."""
    return database.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE starts_with(application_name, %s) AND datname = current_database()",
        [CONNECTION_NAME],
    ).fetchone()[0]


def end_connections(database):
    """Have the server end what clones are doing."""
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND (starts_with(application_name, %s)"
        " OR starts_with(application_name, 'masa-madre lock cloning '))",
        [CONNECTION_NAME],
    )


@contextmanager
def locked_template(database_url):
    """Hold every clone of the template until the block ends."""
    with psycopg.connect(database_url) as connection:
        connection.execute(f"LOCK TABLE {TEMPLATE}.bread IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def order_batch(parts, size=1):
    """Tenants for the pool, and the queue of their Job."""
    tenants = parts.pool.add_missing(ACCOUNT, size)
    parts.dispatcher.clone_for_pool(tenants)
    return tenants, f"clone-{tenants[0]}"
