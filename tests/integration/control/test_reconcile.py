"""Mismatches are found, reported and repaired, also after a worker was killed."""

import psycopg
import pytest

from app.control.models import SessionStatus
from jobs import tasks
from jobs.clones.cloning import CONNECTION_NAME
from schema_tools import compile_plan
from tests.integration.control.conftest import (
    ACCOUNT,
    TEMPLATE,
    demo_schemas,
    differences,
    tenant_states,
)
from tests.integration.control.processes import (
    kill,
    python,
    wait_for,
    wait_until_gone,
    wait_until_stuck,
)
from tests.integration.control.steps import VISITOR, fill_pool, work

ORPHAN = "demo_" + "0123456789abcdef" * 2


def kinds(dry_run=True):
    return [finding["kind"] for finding in tasks.reconcile(dry_run=dry_run)]


def one_session(parts):
    fill_pool(parts, 1)
    return parts.sessions.open(ACCOUNT, VISITOR).session


def schema_of(session):
    return f"demo_{session.tenant_id.hex}"


def orphan_schema(parts, database):
    compile_plan(database, TEMPLATE).run(database, ORPHAN)


def lost_schema(parts, database):
    database.execute(f"DROP SCHEMA {schema_of(one_session(parts))} CASCADE")


def lost_tenant(parts, database):
    session = one_session(parts)
    database.execute(
        "UPDATE control.tenants SET state = 'dropping' WHERE id = %s", [session.tenant_id]
    )


def lost_session(parts, database):
    one_session(parts)
    database.execute("DELETE FROM control.demo_sessions")


def half_ended_session(parts, database):
    one_session(parts)
    database.execute("UPDATE control.demo_sessions SET status = 'destroyed', destroyed_at = now()")


def lost_clone(parts, database):
    parts.sessions.open(ACCOUNT, VISITOR)
    parts.redis.flushall()


def lost_record(parts, database):
    one_session(parts)
    parts.redis.flushall()


def stale_record(parts, database):
    session = one_session(parts)
    database.execute("UPDATE control.demo_sessions SET status = 'destroyed', destroyed_at = now()")
    database.execute(
        "UPDATE control.tenants SET state = 'dropping' WHERE id = %s", [session.tenant_id]
    )


BREAKAGES = {
    orphan_schema: "orphan schema",
    lost_schema: "tenant without schema",
    lost_tenant: "session without tenant",
    lost_session: "tenant without session",
    half_ended_session: "tenant without session",
    lost_clone: "stalled clone",
    lost_record: "record in Redis",
    stale_record: "record in Redis",
}


@pytest.mark.parametrize(
    ("breakage", "kind"), BREAKAGES.items(), ids=lambda v: getattr(v, "__name__", "")
)
def test_what_does_not_match_is_reported_and_repaired(parts, database, breakage, kind):
    breakage(parts, database)
    schemas = demo_schemas(database)
    assert kind in kinds()
    assert demo_schemas(database) == schemas, "a dry run changes nothing"
    found = tasks.reconcile()
    assert all(finding["repaired"] for finding in found), found
    work(parts)
    assert kinds() == []
    assert demo_schemas(database) == {
        row[0] for row in database.execute("SELECT schema_name FROM control.tenants WHERE is_demo")
    }


def test_reconcile_changes_nothing_that_matches(parts, database):
    session = one_session(parts)
    fill_pool(parts, 2)
    assert kinds(dry_run=False) == []
    assert parts.sessions.fetch(session.session_id).status is SessionStatus.ACTIVE


def test_schemas_of_others_are_never_dropped(parts, database):
    compile_plan(database, TEMPLATE).run(database, "my_own_copy")
    database.execute(f"CREATE SCHEMA {ORPHAN}")
    assert kinds(dry_run=False) == []
    assert ORPHAN in demo_schemas(database)


def test_a_session_whose_schema_is_lost_fails_with_a_message(parts, database):
    session = one_session(parts)
    database.execute(f"DROP SCHEMA {schema_of(session)} CASCADE")
    tasks.reconcile()
    failed = parts.sessions.fetch(session.session_id)
    assert failed.status is SessionStatus.FAILED
    assert "Abre una nueva" in failed.failure


def test_a_worker_killed_in_the_middle_of_a_clone_leaves_nothing(parts, database):
    database.execute(
        "CREATE FUNCTION public.slow(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(current_setting(''my.sleep'', true)::float); RETURN 1; END';"
        f"CREATE INDEX slowly ON {TEMPLATE}.bread (public.slow(id))"
    )
    name = database.info.dbname
    database.execute(f"ALTER DATABASE {name} SET my.sleep = 0.6")
    session = parts.sessions.open(ACCOUNT, VISITOR).session
    with python("from jobs.worker import main; main()") as worker:
        wait_until_stuck(database, CONNECTION_NAME)
        kill(worker)
    wait_until_gone(database, CONNECTION_NAME)
    database.execute(f"ALTER DATABASE {name} SET my.sleep = 0")
    assert demo_schemas(database) == set()
    parts.redis.hset(
        f"rq:job:clone-{parts.sessions.awaited_tenant(session).hex}",
        "started_at",
        "2026-01-01T00:00:00.000000Z",
    )

    assert "stalled clone" in kinds(dry_run=False)
    work(parts)

    served = parts.sessions.fetch(session.session_id)
    assert served.status is SessionStatus.ACTIVE
    assert differences(database, schema_of(served)) == []
    assert kinds() == []


def test_a_worker_killed_in_the_middle_of_a_drop_leaves_nothing(
    parts, database, database_url, monkeypatch
):
    monkeypatch.setenv("WORKER_PROCESSES", "1")  # else the other one fills the pool, half perhaps
    session = one_session(parts)
    with psycopg.connect(database_url) as reader:
        reader.execute(f"SELECT * FROM {schema_of(session)}.bread")
        parts.sessions.end(session.session_id)
        with python("from jobs.worker import main; main()") as worker:
            wait_until_stuck(database, "masa-madre drop")
            kill(worker)
    wait_until_gone(database, "masa-madre drop")

    tasks.reconcile()

    assert kinds() == []
    assert schema_of(session) not in demo_schemas(database)
    assert "dropping" not in tenant_states(database)
    roles = database.execute(
        "SELECT count(*) FROM pg_roles AS r WHERE rolname LIKE 'mm\\_%' AND EXISTS (SELECT FROM"
        " pg_shdepend WHERE refobjid = r.oid AND dbid = (SELECT oid FROM pg_database"
        " WHERE datname = current_database()))"
    )
    assert roles.fetchone() == (len(demo_schemas(database)),)


def test_a_cleanup_killed_in_the_middle_is_finished_by_the_next(parts, database, database_url):
    fill_pool(parts, 4)
    sessions = [parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(4)]
    database.execute("UPDATE control.demo_sessions SET expires_at = now()")
    with psycopg.connect(database_url) as reader:
        reader.execute(f"SELECT * FROM {schema_of(sessions[2])}.bread")
        with python("from jobs import tasks; tasks.cleanup()") as process:
            wait_until_stuck(database, "masa-madre drop")
            assert tasks.cleanup() == {"skipped": 1}
            kill(process)
    wait_until_gone(database, "masa-madre drop")
    wait_until_gone(database, "masa-madre lock cleanup")
    assert "skipped" not in tasks.cleanup()
    assert kinds() == []
    assert not demo_schemas(database) & {schema_of(session) for session in sessions}


def test_a_reset_killed_in_the_middle_has_changed_nothing(parts, database, database_url):
    session = one_session(parts)
    schema = schema_of(session)
    database.execute(f"UPDATE {schema}.bread SET name = 'mine'")
    with psycopg.connect(database_url) as reader:  # the reset waits for its row, half done
        reader.execute(f"SELECT FROM {schema}.bread WHERE id = 3 FOR UPDATE")
        with python(f"from jobs import tasks; tasks.reset({str(session.id)!r})") as process:
            wait_until_stuck(database, "masa-madre")
            assert process.poll() is None
            kill(process)
    wait_for(lambda: others_at_work(database) == 0)
    assert database.execute(f"SELECT DISTINCT name FROM {schema}.bread").fetchall() == [("mine",)]
    assert kinds() == []
    assert tasks.reset(str(session.id)) == "done"
    assert differences(database, schema) == []


def others_at_work(database):
    """The transactions of other connections that are open."""
    return database.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    ).fetchone()[0]
