"""Migrations: each schema in its own transaction, a correct report, and continuing after a stop."""

from contextlib import contextmanager

import psutil
import psycopg
import pytest
from sqlalchemy import text

from app.control.operators.migrate import list_schemas, migrate_control, migrate_schemas
from app.demo import TenantTables
from app.migrations import tenant_head, upgrade_tenant
from jobs import tasks
from tests.fixtures.demo import DEMO, TREE
from tests.integration.control.conftest import ACCOUNT, TEMPLATE
from tests.integration.control.processes import (
    children,
    kill,
    python,
    wait_for,
    wait_until_gone,
    wait_until_stuck,
)
from tests.integration.control.steps import VISITOR, fill_pool


@pytest.fixture
def live(parts, database):
    """Three sessions on a template of the tenant tree, all of them an older revision's."""
    database.execute(f"DROP TABLE {TEMPLATE}.bread")
    with parts.engine.begin() as connection:
        upgrade_tenant(connection, TEMPLATE, TREE)
    database.execute("UPDATE control.tenants SET revision = %s", [tenant_head(TREE)])
    fill_pool(parts, 3)
    sessions = [parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(3)]
    schemas = sorted(f"demo_{session.tenant_id.hex}" for session in sessions)
    for schema in [TEMPLATE, *schemas]:
        empty(parts, schema)
    database.execute("UPDATE control.tenants SET revision = 'none'")
    return schemas


def empty(parts, schema):
    """Let a schema be as it was before the first revision."""
    with parts.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
        connection.execute(text(f"CREATE TABLE {schema}.alembic_version (version_num text)"))


def revisions(database):
    rows = database.execute("SELECT schema_name, revision FROM control.tenants ORDER BY 1")
    return dict(rows.fetchall())


def outcomes(report):
    return [item.outcome for item in report]


def test_control_templates_and_sessions_are_migrated_once(parts, database, live):
    assert migrate_control(parts.engine).outcome == "migrated"
    templates, sessions = list_schemas(parts.engine)
    assert (templates, sessions) == ([TEMPLATE], live)
    url = parts.settings.database_url
    assert outcomes(migrate_schemas(url, "template", templates, DEMO.tables)) == ["migrated"]
    seen = []
    report = migrate_schemas(url, "session", live, DEMO.tables, at_once=2, progress=seen.append)
    assert sorted(item.schema for item in seen) == live
    assert outcomes(report) == ["migrated"] * 3
    assert set(revisions(database).values()) == {tenant_head(TREE)}
    assert outcomes(migrate_schemas(url, "session", live, DEMO.tables)) == ["current"] * 3
    version = database.execute(
        "SELECT template_version FROM control.tenants WHERE schema_name = %s", [TEMPLATE]
    )
    assert version.fetchone() == (2,)


def test_a_schema_that_fails_is_reported_and_does_not_stop_the_others(parts, database, live):
    database.execute(f"CREATE TABLE {live[1]}.business (id integer)")
    report = migrate_schemas(parts.settings.database_url, "session", live, DEMO.tables)
    assert outcomes(report) == ["migrated", "failed", "migrated"]
    assert 'relation "business" already exists' in report[1].failure
    assert revisions(database)[live[1]] == "none"
    database.execute(f"DROP TABLE {live[1]}.business")
    again = migrate_schemas(parts.settings.database_url, "session", live, DEMO.tables)
    assert outcomes(again) == ["current", "migrated", "current"]


@contextmanager
def stuck_migration(database, url, live, at_once=1):
    """A process that migrates these sessions, and waits for the second of them."""
    with psycopg.connect(url) as reader:
        reader.execute(f"SELECT * FROM {live[1]}.alembic_version")
        reader.execute(f"LOCK TABLE {live[1]}.alembic_version")
        with python(
            "from app.control.operators.migrate import migrate_schemas\n"
            "from app.demo import load_demo\n"
            f"migrate_schemas({url!r}, 'session', {live!r}, load_demo().tables, at_once={at_once})"
        ) as process:
            wait_until_stuck(database, f"masa-madre migrate {live[1]}")
            yield process


def test_a_migration_killed_in_the_middle_goes_on_where_it_stopped(
    parts, database, database_url, live
):
    with stuck_migration(database, database_url, live) as process:
        kill(process)
    wait_until_gone(database, "masa-madre migrate")
    assert [revisions(database)[schema] for schema in live] == [tenant_head(TREE), "none", "none"]
    assert tasks.reconcile(dry_run=True) == []
    again = migrate_schemas(database_url, "session", live, DEMO.tables)
    assert outcomes(again) == ["current", "migrated", "migrated"]


def test_the_processes_of_a_killed_migration_end_with_it(parts, database, database_url, live):
    with stuck_migration(database, database_url, live, at_once=2) as process:
        started = [psutil.Process(pid) for pid in children(process.pid)]
        assert len(started) >= 2
        process.kill()
        wait_for(lambda: not any(map(is_alive, started)), 20)
    wait_until_gone(database, "masa-madre migrate")
    assert revisions(database)[live[1]] == "none"


def is_alive(process):
    """Return True of a process that has not ended, whether its end was noticed or not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_demo_without_a_tree_migrates_its_tables_itself(parts, database, live):
    url = parts.settings.database_url
    assert outcomes(migrate_schemas(url, "session", live, TenantTables())) == ["kept"] * 3
    assert {revisions(database)[schema] for schema in live} == {"none"}


def test_a_template_without_our_migrations_is_not_migrated(parts, template_id):
    report = migrate_schemas(parts.settings.database_url, "template", [TEMPLATE], DEMO.tables)
    assert outcomes(report) == ["kept"]


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_schema_of_a_newer_release_is_reported_and_does_not_stop_the_others(
    parts, database, live, at_once
):
    database.execute(f"INSERT INTO {live[1]}.alembic_version VALUES ('from the future')")
    report = migrate_schemas(
        parts.settings.database_url, "session", live, DEMO.tables, at_once=at_once
    )
    told = {item.schema: item for item in report}
    assert [told[schema].outcome for schema in live] == ["migrated", "failed", "migrated"]
    assert "from the future" in told[live[1]].failure
