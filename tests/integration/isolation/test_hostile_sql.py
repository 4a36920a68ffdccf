"""Hostile SQL on a tenant's connection sees only its own tenant and harms no other."""

import pytest
from psycopg import errors as pg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.database.isolation import tenant_role
from app.db import tenant_engine, tenant_transaction
from tests.integration.control.processes import wait_for
from tests.integration.isolation.conftest import SECRET, TEMPLATE, House

DENIED = (pg.InsufficientPrivilege, pg.UndefinedTable, pg.InvalidSchemaName)


def attack(house: House, *statements: str) -> list:
    """Run statements one by one on a routed connection; gives the rows of the last one."""
    with tenant_transaction(house.mine) as session:
        driver = session.connection().connection.driver_connection
        for statement in statements:
            cursor = driver.execute(statement)
        return cursor.fetchall() if cursor.description else []


def assert_refused(house: House, *statements: str, why: tuple = DENIED) -> None:
    with pytest.raises(why):
        attack(house, *statements)
    assert_unharmed(house)


def assert_unharmed(house: House) -> None:
    """Both tenants read what is theirs, and the pool's connections see nothing."""
    assert house.canary(house.mine) == ["mine"]
    assert house.canary(house.other) == ["other"]
    for tenant, canary in ((house.mine, "mine"), (house.other, "other")):
        with tenant_transaction(tenant) as session:
            driver = session.connection().connection.driver_connection
            assert driver.execute("SELECT owner FROM sales").fetchall() == [(canary,)]
            role = driver.execute("SELECT current_user").fetchone()
            assert role == (house.role(tenant),)
    with tenant_engine().connect() as connection, pytest.raises(DBAPIError, match="does not exist"):
        connection.exec_driver_sql("SELECT * FROM sales")


ELSEWHERE = (
    "SELECT * FROM {other}.sales",
    "SELECT * FROM {other}.sold",
    "UPDATE {other}.sales SET owner = 'stolen'",
    "SELECT nextval('{other}.ticket_numbers')",
    "LOCK TABLE {other}.sales",
    f"SELECT * FROM {TEMPLATE}.sales",
    f"INSERT INTO {TEMPLATE}.sales VALUES (2, 'x')",
    "SELECT * FROM control.demo_sessions",
    "SELECT * FROM control.tenants",
    "UPDATE control.tenants SET schema_name = 'x'",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "COPY sales TO PROGRAM 'id'",
    "COPY sales FROM PROGRAM 'echo 3'",
    "COPY sales TO '/tmp/sales'",
    "CREATE TEMP TABLE t (n integer)",
    "CREATE TABLE t (n integer)",
    "CREATE TABLE public.t (n integer)",
    "CREATE SCHEMA s",
    "CREATE ROLE r",
    "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE sales DISABLE ROW LEVEL SECURITY",
    "DROP TABLE sales",
    "TRUNCATE sales",
    "DELETE FROM sales",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "SET SESSION AUTHORIZATION postgres",
    "SET ROLE postgres",
    "SELECT set_config('role', 'postgres', true)",
    "SELECT setval('ticket_numbers', 1000)",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock(hashtext('masa-madre: open a session'))",
    "SELECT pg_terminate_backend(pg_backend_pid())",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_reload_conf()",
    "DO $$ BEGIN EXECUTE 'SELECT * FROM {other}.sales'; END $$",
    "SELECT query_to_xml('SELECT * FROM {other}.sales', true, true, '')",
)


@pytest.mark.parametrize("statement", ELSEWHERE)
def test_objects_of_other_tenants_are_refused(house, statement):
    assert_refused(house, statement.format(other=house.schema(house.other)))


@pytest.mark.parametrize("statement", ["SELECT * FROM sales", *ELSEWHERE[:13]])
def test_the_login_behind_the_role_has_no_rights_either(house, statement):
    assert_refused(house, "RESET ROLE", statement.format(other=house.schema(house.other)))


@pytest.mark.parametrize(
    "way",
    [
        ("SET search_path = {other}",),
        ("SET SESSION search_path = {other}",),
        ("SELECT set_config('search_path', '{other}', false)",),
        ("RESET ROLE", "SET search_path = {other}"),
    ],
)
def test_another_search_path_reveals_nothing(house, way):
    statements = [item.format(other=house.schema(house.other)) for item in way]
    assert_refused(house, *statements, "SELECT * FROM sales")


@pytest.mark.parametrize(
    "taken",
    ["SET ROLE {role}", "SET LOCAL ROLE {role}", "SELECT set_config('role', '{role}', false)"],
)
def test_another_tenants_role_without_its_key_sees_and_changes_no_row(house, taken):
    taken, other = taken.format(role=house.role(house.other)), house.schema(house.other)
    for look in (f"SELECT * FROM {other}.sales", f"SELECT * FROM {other}.sold"):
        assert attack(house, taken, look) == []
    assert attack(house, taken, f"UPDATE {other}.sales SET owner = 'x' RETURNING *") == []
    assert_refused(house, taken, f"INSERT INTO {other}.sales VALUES (9, 'x')")
    assert_unharmed(house)


def test_the_key_of_another_cannot_be_found_out(house):
    key = tenant_role(SECRET, house.other).key
    seen = []
    with tenant_transaction(house.other) as theirs:
        theirs.connection().connection.driver_connection.execute("SELECT 1")
        seen += attack(house, "RESET ROLE", "SELECT query FROM pg_stat_activity")
        seen += attack(house, "RESET ROLE", "SELECT setting FROM pg_settings")
    assert seen
    assert key not in str(seen)
    with house.owner() as owner:
        rows = owner.execute("SELECT * FROM control.tenants").fetchall()
    assert key not in str(rows)


@pytest.mark.parametrize(
    "planted",
    [
        "SET search_path = pg_catalog",
        "SET ROLE {role}",
        "SET TimeZone = 'Asia/Tokyo'",
        "SET default_transaction_read_only = on",
        "SET statement_timeout = 1",
        "COMMIT; SET search_path = pg_catalog",
        "COMMIT; SET ROLE {role}; SET default_transaction_read_only = on",
        "ROLLBACK",
        "PREPARE p AS SELECT 1",
        "LISTEN everything",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    ],
)
def test_nothing_that_is_set_outlives_the_transaction(house, planted):
    attack(house, planted.format(role=house.role(house.other)))
    assert_unharmed(house)
    with tenant_transaction(house.other) as session:
        driver = session.connection().connection.driver_connection
        driver.execute("UPDATE sales SET owner = owner")
        assert driver.execute("SHOW TimeZone").fetchone() == ("UTC",)


def test_a_tenant_cannot_grant_rights_to_others(house):
    attack(house, "GRANT SELECT ON sales TO PUBLIC")
    assert_refused(
        house, "RESET ROLE", f"SELECT * FROM {house.schema(house.mine)}.sales", why=DENIED
    )


def test_the_server_cannot_be_reconfigured(house):
    assert_refused(house, "COMMIT", "ALTER SYSTEM SET work_mem = '1GB'")


def test_sleeping_ends_with_the_statement_timeout(make_house):
    with make_house(tenant_statement_seconds=0.2) as house:
        assert_refused(house, "SELECT pg_sleep(60)", why=(pg.QueryCanceled,))


def test_waiting_for_a_lock_ends_with_the_lock_timeout(make_house):
    with make_house(tenant_lock_seconds=0.2) as house, house.owner() as owner, owner.transaction():
        owner.execute(f"LOCK TABLE {house.schema(house.mine)}.sales")
        with pytest.raises(pg.LockNotAvailable):
            attack(house, "SELECT * FROM sales")


def test_a_transaction_left_idle_is_ended(make_house):
    with make_house(tenant_idle_seconds=0.2) as house:

        def be_late():
            with tenant_transaction(house.mine) as session, house.owner() as owner:
                pid = session.scalar(text("SELECT pg_backend_pid()"))
                ended = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"
                wait_for(lambda: owner.execute(ended, [pid]).fetchone()[0])
                session.execute(text("SELECT 1"))

        with pytest.raises(DBAPIError):
            be_late()
        assert_unharmed(house)


def test_temporary_files_are_bounded_and_the_bound_cannot_be_lifted(house):
    assert attack(house, "SHOW temp_file_limit") == [("256MB",)]
    assert_refused(house, "SET temp_file_limit = -1")


def test_own_lines_can_be_replaced(house):
    attack(house, "INSERT INTO sale_lines VALUES (1, 'pan')", "DELETE FROM sale_lines")
    assert_unharmed(house)
