"""A release adds a table, a column and a view; after the migration every tenant has its own."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.database.isolation import open_template, tenant_role
from app.database.logins import make_logins
from app.db import db, init_db, tenant_engine, tenant_transaction
from app.migrations import tenant_head, upgrade_tenant
from jobs import tasks
from schema_tools import verify
from tests.fixtures.demo import DEMO, TREE
from tests.integration.control.conftest import ACCOUNT, TEMPLATE, demo_schemas
from tests.integration.control.processes import (
    ROOT,
    kill,
    wait_until_gone,
    wait_until_stuck,
)
from tests.integration.control.steps import VISITOR, fill_pool, work

on_18 = pytest.mark.parametrize("postgres", ["18"], indirect=True)
"""For what does not depend on the server."""

SECRET = "a secret for tests, at least 32 bytes long"
REVISION = '''
"""Wishes."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE wish_numbers")
    op.create_table(
        "wishes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default=sa.text("nextval('wish_numbers')")),
    )
    op.add_column(
        "locations", sa.Column("stars", sa.Integer(), server_default="3", nullable=False)
    )
    op.execute("CREATE VIEW wish_list AS SELECT wish FROM wishes")
'''


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The project as it will be: the same code, and one more revision of the tenants' tables."""
    home = tmp_path_factory.mktemp("release")
    for name in ("app", "gateway", "jobs", "schema_tools", "seeds"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("wsgi.py", "demo.toml"):
        shutil.copy(ROOT / name, home)
    versions = home / "app/migrations/tenant/versions"
    (versions / "next.py").write_text(REVISION.format(head=tenant_head(TREE)))
    return home


@pytest.fixture
def logins(database_url, template_id, monkeypatch):
    """The web's logins: a superuser would see everything, whatever its rights."""
    made = make_logins(database_url, SECRET)
    monkeypatch.setenv("WEB_DATABASE_URL", made.web)
    monkeypatch.setenv("TENANT_DATABASE_URL", made.tenants)
    return made


@pytest.fixture
def tenants(logins, parts, database):
    """Two sessions, and two ready tenants besides, of a template of the tenant tree."""
    database.execute(f"DROP TABLE {TEMPLATE}.bread")
    with parts.engine.begin() as connection:
        upgrade_tenant(connection, TEMPLATE, TREE)
        raw = connection.connection.driver_connection
        open_template(raw, TEMPLATE, deletable=DEMO.tables.may_delete)
    database.execute(
        f"INSERT INTO {TEMPLATE}.locations (name, kind, address, city, phone)"
        " VALUES ('Obrador', 'workshop', 'Calle Mayor 1', 'Madrid', '910000000')"
    )
    database.execute("UPDATE control.tenants SET revision = %s", [tenant_head(TREE)])
    fill_pool(parts, 4)
    app = Flask("release")
    init_db(app, parts.settings, parts.redis)
    with app.app_context():
        yield [parts.sessions.open(ACCOUNT, VISITOR).session for _ in range(2)]
        tenant_engine().dispose()
        db.engine.dispose()


def command(*options):
    return [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "migrate", *options, "--json"]


def migrate(release, *options):
    """Run the next release's command; gives its exit code and what it reports of each schema."""
    done = subprocess.run(
        command(*options), cwd=release, env=dict(os.environ), capture_output=True, timeout=240
    )
    assert done.stdout, done.stderr.decode()
    return done.returncode, {item["schema"]: item for item in json.loads(done.stdout)}


def outcomes(report):
    return {name: item["outcome"] for name, item in report.items()}


def schema_of(session):
    return f"demo_{session.tenant_id.hex}"


def write(tenant_id, wish):
    with tenant_transaction(tenant_id) as session:
        session.execute(text("INSERT INTO wishes (wish) VALUES (:wish)"), {"wish": wish})


def read(tenant_id, what="wish FROM wish_list"):
    with tenant_transaction(tenant_id) as session:
        return session.scalars(text(f"SELECT {what}")).all()


def assert_mine_alone(database, logins, tenant_id, other_id):
    """Its tenant writes and reads the new table; another tenant's role, or its own without the
    key, does not."""
    write(tenant_id, "roscón")
    assert read(tenant_id) == read(tenant_id, "wish FROM wishes") == ["roscón"]
    assert read(tenant_id, "stars FROM locations") == [3]
    with pytest.raises(DBAPIError, match="permission denied"):
        read(other_id, f"wish FROM demo_{tenant_id.hex}.wishes")
    with pytest.raises(DBAPIError, match="permission denied"):
        read(tenant_id, "version_num FROM alembic_version")
    with pytest.raises(DBAPIError, match="permission denied"), tenant_transaction(tenant_id) as own:
        own.execute(text("DELETE FROM wishes"))
    with tenant_engine().connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"SET LOCAL ROLE {tenant_role(SECRET, tenant_id).name}")
        for name in ("wishes", "wish_list"):
            count = text(f"SELECT count(*) FROM demo_{tenant_id.hex}.{name}")
            assert connection.scalar(count) == 0, "without the key nothing is seen"
        connection.exec_driver_sql("ROLLBACK")


def test_a_migrated_sessions_new_table_is_private(parts, database, logins, tenants, release):
    mine, other = tenants
    code, report = migrate(release, "--sessions=migrate", "--at-once=2")
    assert code == 0
    assert outcomes(report) == {
        "control": "migrated", TEMPLATE: "migrated",
        schema_of(mine): "migrated", schema_of(other): "migrated",
    }  # fmt: skip
    assert_mine_alone(database, logins, mine.tenant_id, other.tenant_id)
    assert read(other.tenant_id) == []
    assert unlike_the_template(database, schema_of(other)) == []


def unlike_the_template(database, schema):
    """Return the differences of a schema from its template, except its tenant role's rights."""
    found = [str(item) for item in verify(database, TEMPLATE, schema)]
    return [item for item in found if " TO mm_" not in item and "schema right" not in item]


@on_18
def test_a_kept_session_continues_and_the_pool_gets_the_new_table(
    parts, database, logins, tenants, release
):
    kept, other = tenants
    before = demo_schemas(database)
    code, report = migrate(release)
    assert code == 0
    assert outcomes(report)[schema_of(kept)] == "kept"
    assert read(kept.tenant_id, "name FROM locations") == ["Obrador"]
    with pytest.raises(DBAPIError, match="does not exist"):
        read(kept.tenant_id)

    tasks.cleanup()
    work(parts)
    ready = demo_schemas(database) - before
    assert demo_schemas(database) & before == {schema_of(kept), schema_of(other)}
    assert len(ready) == parts.settings.demo_pool_size
    assert [unlike_the_template(database, schema) for schema in ready] == [[], []]
    fresh = parts.sessions.open(ACCOUNT, VISITOR).session
    assert_mine_alone(database, logins, fresh.tenant_id, kept.tenant_id)
    assert tasks.reset(str(kept.id)) == "done"
    reset = parts.sessions.fetch(kept.session_id)
    write(reset.tenant_id, "ensaimada")
    assert read(reset.tenant_id) == ["ensaimada"]


@on_18
def test_only_sessions_without_the_new_tables_are_ended(parts, database, tenants, release):
    code, report = migrate(release, "--sessions=end")
    assert code == 0
    assert [outcomes(report)[schema_of(session)] for session in tenants] == ["ended"] * 2
    states = [parts.sessions.fetch(session.session_id).status.value for session in tenants]
    assert states == ["destroyed"] * 2
    work(parts)
    tasks.cleanup()
    work(parts)
    fresh = parts.sessions.open(ACCOUNT, VISITOR).session
    code, report = migrate(release, "--sessions=end")
    assert (code, outcomes(report)[schema_of(fresh)]) == (0, "current")
    assert parts.sessions.fetch(fresh.session_id).status.value == "active"


@on_18
def test_a_failed_schema_is_reported_and_migrated_by_the_next_run(
    parts, database, logins, tenants, release
):
    mine, other = tenants
    database.execute(f"CREATE TABLE {schema_of(mine)}.wishes (id integer)")
    code, report = migrate(release, "--sessions=migrate")
    assert code == 1
    assert outcomes(report)[schema_of(other)] == "migrated"
    assert report[schema_of(mine)]["outcome"] == "failed"
    assert 'relation "wishes" already exists' in report[schema_of(mine)]["failure"]
    database.execute(f"DROP TABLE {schema_of(mine)}.wishes")
    code, report = migrate(release, "--sessions=migrate")
    assert code == 0
    assert outcomes(report)[schema_of(mine)] == "migrated"
    assert_mine_alone(database, logins, mine.tenant_id, other.tenant_id)


@on_18
def test_a_killed_migration_is_completed_by_the_next_run(parts, database, logins, tenants, release):
    first, second = sorted(tenants, key=schema_of)
    with parts.engine.begin() as holder:
        holder.execute(text(f"LOCK TABLE {schema_of(second)}.locations"))
        process = subprocess.Popen(
            command("--sessions=migrate", "--at-once=1"),
            cwd=release, env=dict(os.environ), stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            wait_until_stuck(database, f"masa-madre migrate {schema_of(second)}")
        finally:
            kill(process)
    wait_until_gone(database, "masa-madre migrate")
    assert tasks.reconcile(dry_run=True) == []
    assert read(first.tenant_id) == []
    with pytest.raises(DBAPIError, match="does not exist"):
        read(second.tenant_id)
    code, report = migrate(release, "--sessions=migrate")
    assert code == 0
    assert outcomes(report)[schema_of(first)] == "current"
    assert outcomes(report)[schema_of(second)] == "migrated"
    assert_mine_alone(database, logins, second.tenant_id, first.tenant_id)


def test_a_table_without_protection_is_found_and_closed(parts, database, logins, tenants, release):
    """As an earlier version left it, which knew nothing of a new table's rights."""
    mine, other = tenants
    assert migrate(release, "--sessions=migrate", "--at-once=2")[0] == 0
    role = tenant_role(SECRET, mine.tenant_id).name
    wishes = f"{schema_of(mine)}.wishes"
    database.execute(
        f"DROP POLICY has_key ON {wishes}; ALTER TABLE {wishes} DISABLE ROW LEVEL SECURITY;"
        f"REVOKE INSERT ON {wishes} FROM {role}, masa_madre_guest;"
        f"ALTER VIEW {schema_of(mine)}.wish_list RESET (security_invoker)"
    )
    code, report = migrate(release, "--sessions=migrate")
    assert (code, outcomes(report)[schema_of(mine)]) == (0, "migrated")
    assert outcomes(report)[schema_of(other)] == outcomes(report)[TEMPLATE] == "current"
    assert_mine_alone(database, logins, mine.tenant_id, other.tenant_id)
    version = "SELECT template_version FROM control.tenants WHERE is_demo_template"
    assert database.execute(version).fetchone() == (2,)
