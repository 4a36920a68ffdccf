"""Threads and processes that lease, extend, expire and clean up the same things at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg

from app.control.models import SessionStatus
from app.errors import AppError
from jobs import tasks
from jobs.clones.cloning import clone_schema
from jobs.maintenance.dropping import drop_tenant
from jobs.queue.task_queue import TaskJob, TaskQueue
from tests.integration.control.conftest import ACCOUNT, demo_schemas, tenant_states
from tests.integration.control.processes import python, wait_for
from tests.integration.control.steps import VISITOR, fill_pool

LEASE = f"""
from app.control.sessions.session_view import Visitor
from tests.fixtures.parts import make_parts
parts = make_parts()
for _ in range(6):
    parts.sessions.open({ACCOUNT!r}, Visitor(None, None))
"""


def test_processes_never_lease_the_same_tenant(parts, database):
    fill_pool(parts, 14)
    with ExitStack() as stack:
        processes = [stack.enter_context(python(LEASE)) for _ in range(3)]
        assert [process.wait(60) for process in processes] == [0, 0, 0]
    rows = database.execute(
        "SELECT count(*), count(virtual_tenant_id), count(DISTINCT virtual_tenant_id)"
        " FROM control.demo_sessions"
    )
    assert rows.fetchone() == (18, 14, 14)
    assert tenant_states(database) == ["cloning"] * 4 + ["leased"] * 14


def test_extension_and_expiry_never_both_win(parts, database):
    fill_pool(parts, 6)
    for _ in range(6):
        session = parts.sessions.open(ACCOUNT, VISITOR).session
        database.execute(
            "UPDATE control.demo_sessions SET expires_at = clock_timestamp() + interval '20 ms'"
            " WHERE id = %s",
            [session.id],
        )

        def extend(session=session):
            try:
                return parts.sessions.extend(session.session_id).session.extensions
            except AppError:
                return 0

        def expire():
            return [tasks.cleanup() for _ in range(3)]  # its time is over within them

        with ThreadPoolExecutor(6) as threads:
            cleanups = [threads.submit(expire) for _ in range(2)]
            extended = max(future.result() for future in [threads.submit(extend) for _ in range(4)])
            for cleanup in cleanups:
                cleanup.result()
        after = parts.sessions.fetch(session.session_id)
        assert (after.status is SessionStatus.ACTIVE) == (extended > 0)
        assert (f"demo_{session.tenant_id.hex}" in demo_schemas(database)) == (extended > 0)
        parts.sessions.end(session.session_id)


def test_of_two_jobs_that_drop_a_tenant_at_once_none_fails(parts, database):
    fill_pool(parts, 6)
    database.execute(
        "UPDATE control.tenants SET state = 'dropping' WHERE state = 'ready' AND is_demo"
    )
    for tenant in parts.pool.to_drop():
        with ThreadPoolExecutor(3) as threads:
            drops = [threads.submit(drop_tenant, parts, tenant) for _ in range(3)]
        assert any(future.result() for future in drops)
    assert demo_schemas(database) == set()


def test_two_schedulers_queue_each_job_once(parts):
    command = "from jobs.scheduler import main; main()"
    with python(command), python(command):
        wait_for(lambda: TaskJob.exists("reconcile", connection=parts.redis))
        maintenance = TaskQueue("maintenance", connection=parts.redis)
        wait_for(lambda: {"cleanup", "reconcile", "refresh"} <= set(maintenance.job_ids))
        wait_for(lambda: len(parts.redis.keys("rq:scheduler_instance:*")) == 2)
        ids = maintenance.job_ids
    assert sorted(ids) == sorted(set(ids))


MORE_THAN_ONE_HAND_OVER_LOCKS = 60
HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NEW; END';
CREATE TRIGGER hold BEFORE UPDATE ON control.demo_sessions FOR EACH ROW
  WHEN (NEW.status = 'active') EXECUTE FUNCTION hold();
"""


def test_concurrent_hand_overs_keep_the_order_of_sessions(parts, database, database_url):
    tenants = [parts.pool.find(tenant) for tenant in parts.pool.add_missing(ACCOUNT, 2)]
    for tenant in tenants:
        clone_schema(parts, tenant)
    parts.sessions.open(ACCOUNT, VISITOR)
    columns = "user_id, ip_address, base_demo_tenant_id, demo_account_type, status, metadata"
    database.execute(
        f"INSERT INTO control.demo_sessions (session_id, created_at, expires_at, {columns})"
        f" SELECT 'demo_' || n, now() + n * interval '1 s', now() + interval '1 h', {columns}"
        "   FROM control.demo_sessions, generate_series(1, %s) AS n",
        [MORE_THAN_ONE_HAND_OVER_LOCKS],
    )
    database.execute(HOLD)
    with psycopg.connect(database_url) as holder, ThreadPoolExecutor(2) as threads:
        holder.execute("SELECT pg_advisory_xact_lock(42)")
        for place, tenant in enumerate(tenants, 1):
            threads.submit(parts.clones.mark_ready, tenant)
            wait_for(lambda place=place: waiting_for_locks(database) == place)
        holder.rollback()
    served = database.execute(
        "SELECT array_agg(place ORDER BY place) FROM (SELECT status, row_number() OVER"
        " (ORDER BY created_at) AS place FROM control.demo_sessions) AS s WHERE status = 'active'"
    )
    assert served.fetchone() == ([1, 2],)


def waiting_for_locks(database):
    """Return the number of connections that wait for an advisory lock."""
    return database.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    ).fetchone()[0]
