"""Loading templates into a real Postgres: all or nothing, once, and usable afterwards."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache

import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql
from sqlalchemy import NullPool, create_engine

import seeds.loading.load
from app.control.sessions.accounts import ensure_accounts
from app.database.engines import engine_url
from app.demo import SeedError, TenantTables
from seeds import ControlSchemaMissing, ensure_templates, ensure_tenants
from seeds.loading.schema import COMMENT
from seeds.templates import PROFILES, build_template
from seeds.values import MADRID
from tests.fixtures.demo import DEMO

pytestmark = pytest.mark.parametrize("postgres", ["18"], indirect=True)

TODAY = datetime(2026, 11, 23, 10, 30, tzinfo=MADRID)
TOMORROW = TODAY + timedelta(days=1)
SCHEMAS = [account.template for account in DEMO.accounts]


remembered = cache(build_template)


@pytest.fixture(autouse=True)
def _rows_made_once(monkeypatch):
    """The rows of a date are always the same: what is tested here is how they are loaded."""
    monkeypatch.setattr(seeds.loading.load, "build_template", remembered)


@pytest.fixture
def engine(fresh_migrated_url):
    return create_engine(
        engine_url(fresh_migrated_url), poolclass=NullPool, connect_args={"prepare_threshold": None}
    )


@pytest.fixture
def database(fresh_migrated_url, engine):
    with psycopg.connect(fresh_migrated_url, autocommit=True) as connection:
        yield connection


def tenants_of(database):
    return database.execute(
        "SELECT schema_name, xmin::text, state::text, template_version, template_digest"
        " FROM control.tenants ORDER BY schema_name"
    ).fetchall()


def count(database, schema, table):
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
    return database.execute(query).fetchone()[0]


def schemas_of(database):
    return database.execute(
        "SELECT nspname, oid, obj_description(oid, 'pg_namespace') FROM pg_namespace"
        " WHERE nspname ~ '(template|seeding)_' ORDER BY nspname DESC"
    ).fetchall()


def test_the_rows_of_both_templates_are_there(engine, database):
    seen = []
    loaded = ensure_templates(engine, DEMO, TODAY, lambda *report: seen.append(report))
    assert [(item.schema_name, item.version, item.changed) for item in loaded] == [
        (schema, 1, True) for schema in SCHEMAS
    ]
    for profile, item in zip(PROFILES, loaded, strict=True):
        data = remembered(profile, TODAY, DEMO.scale)
        assert item.rows == data.row_count
        for table, rows in data.tables.items():
            assert count(database, item.schema_name, table) == len(rows), table
        assert (item.schema_name, data.row_count, data.row_count) in seen
    assert [(name, mark) for name, _, mark in schemas_of(database)] == [
        (schema, COMMENT) for schema in SCHEMAS
    ]
    assert {row[2] for row in tenants_of(database)} == {"ready"}


def test_documents_add_up_in_the_database_too(engine, database):
    ensure_templates(engine, DEMO, TODAY)
    for schema in SCHEMAS:
        with database.transaction():
            path = sql.Identifier(schema).as_string()
            database.execute("SELECT set_config('search_path', %s, true)", [path])
            wrong = database.execute(
                "SELECT count(*) FROM sales JOIN LATERAL (SELECT sum(amount) FROM sale_lines"
                " WHERE ticket_number = sales.ticket_number) AS line (amount) ON true"
                " WHERE line.amount <> total"
            ).fetchone()
            assert wrong == (0,)
            assert database.execute("SELECT sum(tickets) > 1000 FROM daily_sales").fetchone()[0]


def test_a_second_run_writes_nothing(engine, database):
    ensure_templates(engine, DEMO, TODAY)
    before = tenants_of(database), schemas_of(database)
    again = ensure_templates(engine, DEMO, TODAY)
    assert [(item.version, item.changed) for item in again] == [(1, False), (1, False)]
    assert (tenants_of(database), schemas_of(database)) == before


def test_another_date_replaces_the_template_and_raises_its_version(engine, database):
    ensure_templates(engine, DEMO, TODAY)
    before = schemas_of(database)
    loaded = ensure_templates(engine, DEMO, TOMORROW)
    assert [(item.version, item.changed) for item in loaded] == [(2, True), (2, True)]
    after = schemas_of(database)
    assert [row[0] for row in after] == SCHEMAS
    assert {row[1] for row in before}.isdisjoint(row[1] for row in after)


def test_another_revision_replaces_the_template_too(engine, monkeypatch):
    ensure_templates(engine, DEMO, TODAY)
    monkeypatch.setattr(seeds.loading.load, "tenant_head", lambda tree: "9999")
    assert all(item.changed for item in ensure_templates(engine, DEMO, TODAY))


def test_a_schema_that_someone_dropped_comes_back(engine, database):
    ensure_templates(engine, DEMO, TODAY)
    database.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(SCHEMAS[0])))
    loaded = ensure_templates(engine, DEMO, TODAY)
    assert [item.changed for item in loaded] == [True, False]
    assert count(database, SCHEMAS[0], "ingredients") == 33


def test_new_rows_get_numbers_that_the_seeds_have_not_given(engine, database):
    ensure_templates(engine, DEMO, TODAY)
    for schema in SCHEMAS:
        with database.transaction():
            path = sql.Identifier(schema).as_string()
            database.execute("SELECT set_config('search_path', %s, true)", [path])
            ticket, highest = database.execute(
                "WITH highest AS (SELECT max(ticket_number) AS number FROM sales)"
                " INSERT INTO sales (till_session_id, location_id, payment_method, total,"
                " invoice_series, invoice_number)"
                " SELECT id, location_id, 'cash', 1, 'X', 1 FROM till_sessions"
                " WHERE closed_at IS NULL LIMIT 1"
                " RETURNING ticket_number, (SELECT number FROM highest)"
            ).fetchone()
            assert ticket == highest + 1
            movement = database.execute(
                "INSERT INTO stock_movements (kind, ingredient_id, location_id, quantity)"
                " VALUES ('adjustment', 1, 1, 1) RETURNING id"
            ).fetchone()
            assert movement == database.execute("SELECT max(id) FROM stock_movements").fetchone()
            order = database.execute(
                "INSERT INTO orders (customer_id, due_on, total) VALUES (1, current_date, 1)"
                " RETURNING order_number"
            ).fetchone()
            assert order == database.execute("SELECT max(order_number) FROM orders").fetchone()


def test_a_failure_halfway_keeps_the_old_template(engine, database, monkeypatch):
    ensure_templates(engine, DEMO, TODAY)
    before = tenants_of(database), schemas_of(database), count(database, SCHEMAS[0], "sales")

    def broken(profile, now, scale):
        data = build_template(profile, now, scale)
        data.tables["sale_lines"][-1]["product_id"] = 999
        return data

    monkeypatch.setattr(seeds.loading.load, "build_template", broken)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        ensure_templates(engine, DEMO, TOMORROW)
    now = tenants_of(database), schemas_of(database), count(database, SCHEMAS[0], "sales")
    assert now == before


def test_a_reader_of_the_old_template_is_waited_for(engine, database, monkeypatch):
    ensure_templates(engine, DEMO, TODAY)
    monkeypatch.setattr("seeds.loading.schema.LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(seeds.loading.load, "ATTEMPTS", 2)
    table = sql.Identifier(SCHEMAS[0], "sales")
    with database.transaction():
        database.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(table))
        with pytest.raises(SeedError, match="busy"):
            ensure_templates(engine, DEMO, TOMORROW)
    assert all(item.changed for item in ensure_templates(engine, DEMO, TOMORROW))


def test_runs_at_the_same_time_load_once(engine, database):
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(ensure_templates, engine, DEMO, TODAY) for _ in range(2)]
        changed = [item.changed for run in runs for item in run.result()]
    assert sorted(changed) == [False, False, True, True]
    assert [row[3] for row in tenants_of(database)] == [1, 1]


def test_an_empty_template_is_not_ready_until_it_is_filled(engine, database):
    assert all(item.changed for item in ensure_tenants(engine, DEMO))
    assert [(row[2], row[3]) for row in tenants_of(database)] == [("cloning", 0)] * 2
    assert not any(item.changed for item in ensure_tenants(engine, DEMO))
    assert count(database, SCHEMAS[1], "alembic_version") == 1
    ensure_templates(engine, DEMO, TODAY)
    assert [(row[2], row[3]) for row in tenants_of(database)] == [("ready", 1)] * 2
    assert not any(item.changed for item in ensure_tenants(engine, DEMO))


def test_passwords_verify_and_are_hashed_once(engine, database):
    assert all(account.changed for account in ensure_accounts(engine, DEMO))
    query = "SELECT email, password_hash, account_type, xmin::text FROM control.users ORDER BY 1"
    rows = database.execute(query).fetchall()
    passwords = {account.email: account.password for account in DEMO.accounts}
    assert {row[0] for row in rows} == set(passwords)
    for email, password_hash, _, _ in rows:
        assert password_hash.startswith("$argon2id$")
        assert PasswordHasher().verify(password_hash, passwords[email])
    assert not any(account.changed for account in ensure_accounts(engine, DEMO))
    assert database.execute(query).fetchall() == rows


def test_accounts_are_made_once_by_runs_at_the_same_time(engine):
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(ensure_accounts, engine, DEMO) for _ in range(2)]
        changed = [item.changed for run in runs for item in run.result()]
    assert sorted(changed) == [False, False, True, True]


def test_a_demo_that_the_seeds_do_not_know_is_refused(engine, database):
    account = DEMO.accounts[0].model_copy(update={"account_type": "notes"})
    unknown = DEMO.model_copy(update={"accounts": (account,)})
    for step in (ensure_tenants, lambda it, demo: ensure_templates(it, demo, TODAY)):
        with pytest.raises(SeedError, match=r"not notes: correct demo\.toml"):
            step(engine, unknown)
    without = DEMO.model_copy(update={"tables": TenantTables()})
    with pytest.raises(SeedError, match=r"names no tables\.migrations"):
        ensure_tenants(engine, without)
    assert tenants_of(database) == schemas_of(database) == []


def test_a_password_that_no_longer_verifies_is_hashed_again(engine, database):
    ensure_accounts(engine, DEMO)
    database.execute("UPDATE control.users SET password_hash = 'x' WHERE email LIKE '%individual%'")
    assert [account.changed for account in ensure_accounts(engine, DEMO)] == [True, False]


def test_without_control_tables_the_message_says_what_to_do(database_url):
    engine = create_engine(engine_url(database_url), poolclass=NullPool)
    for step in (ensure_tenants, lambda it, demo: ensure_templates(it, demo, TODAY)):
        with pytest.raises(ControlSchemaMissing, match="migrations"):
            step(engine, DEMO)


def run_command(database_url, *arguments):
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://localhost",
        "JWT_SECRET": "s" * 32,
        "DEMO_SCENARIOS": "none",
        "STATE_DIR": "of-no-demo",  # where `make demo` was run, its database would be found
    }
    return subprocess.run(
        [sys.executable, "-m", "seeds", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_the_command_line_runs_each_step(engine, fresh_migrated_url):
    for step in ("users", "tenants", "inventory"):
        run = run_command(fresh_migrated_url, step, "--at", "2026-11-23", "--json")
        assert run.returncode == 0, run.stderr
        outcome = json.loads(run.stdout)
        assert list(outcome) == [step]
        assert [item["changed"] for item in outcome[step]] == [True, True]
    run = run_command(fresh_migrated_url, "--at", "2026-11-23")
    assert run.returncode == 0
    assert "template_central_baker: version 1" in run.stdout
    assert "loaded" not in run.stdout


def test_failure_and_misuse_have_different_exit_codes(database_url):
    failed = run_command(database_url, "users")
    assert failed.returncode == 1
    assert "migrations" in failed.stderr
    assert run_command(database_url, "--at", "yesterday").returncode == 2
    assert run_command(database_url, "everything").returncode == 2
    unset = run_command("", "all")
    assert unset.returncode == 2
    assert "DATABASE_URL" in unset.stderr
