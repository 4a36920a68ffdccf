"""Changes that hostile SQL makes to the tenants' login are harmless, or repaired by cleanup."""

import threading

import psycopg
import pytest
from psycopg import errors as pg
from redis import Redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.database import login_repair
from app.database.engines import engine_url
from app.database.logins import excess_rights, login_of
from app.db import tenant_engine, tenant_transaction
from app.http.job_health import JobHealth
from jobs.maintenance import expiry
from jobs.maintenance.cleanup import STEPS, repair_login
from tests.integration.control.processes import wait_for

HARMFUL = {
    "row_security": "off",
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "serializable",
    "datestyle": "German",
    "intervalstyle": "sql_standard",
    "timezone": "Asia/Tokyo",
    "bytea_output": "escape",
    "client_encoding": "LATIN1",
    "transform_null_equals": "on",
    "xmloption": "document",
    "extra_float_digits": "-3",
    "search_path": "pg_temp",
    "statement_timeout": "1",
}
ANSWERS = text(
    "SELECT DATE '2026-03-01'::text, INTERVAL '1 day 02:00'::text, '\\x00'::bytea::text,"
    " (NULL = NULL) IS NULL, 0.1::float8::text, 'ñ',"
    " TIMESTAMPTZ '2026-01-01 00:00+00'::text, current_setting('transaction_isolation')"
)
EXPECTED = (
    "2026-03-01", "1 day 02:00:00", "\\x00", True, "0.1", "ñ", "2026-01-01 00:00:00+00",
    "read committed",
)  # fmt: skip


def plant(house, *statements):
    """Run statements as the login itself, which a tenant's SQL can return to."""
    with tenant_transaction(house.mine) as session:
        driver = session.connection().connection.driver_connection
        driver.execute("SET ROLE NONE")
        for statement in statements:
            driver.execute(statement)


def repair(house):
    return login_repair.repair_login(house.owner_url, house.logins.tenants)


def settings_of(house):
    with house.owner() as owner:
        rows = owner.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting"
            " WHERE setrole = quote_ident(%s)::regrole",
            [login_of(house.logins.tenants)],
        )
        return {row[0] for row in rows}


def test_planted_settings_change_no_tenants_transaction(make_house):
    with make_house() as house:
        plant(
            house,
            *(f"ALTER ROLE CURRENT_USER SET {name} = '{v}'" for name, v in HARMFUL.items()),
            f"ALTER ROLE CURRENT_USER SET role = '{house.role(house.other)}'",
        )
        tenant_engine().dispose()  # new connections begin with what was planted
        for tenant, canary in ((house.mine, "mine"), (house.other, "other")):
            with tenant_transaction(tenant) as session:
                assert tuple(session.execute(ANSWERS).one()) == EXPECTED
                session.execute(text("UPDATE sales SET owner = owner"))
                assert session.scalars(text("SELECT owner FROM sales")).all() == [canary]
        with tenant_engine().connect() as connection:
            login = login_of(house.logins.tenants)
            assert connection.scalar(text("SELECT current_user")) == login


def test_planted_settings_are_removed_and_a_superusers_are_kept(make_house):
    with make_house() as house:
        before = settings_of(house)
        assert repair(house) == []
        name = psycopg.sql.Identifier(psycopg.conninfo.conninfo_to_dict(house.owner_url)["dbname"])
        plant(
            house,
            "ALTER ROLE CURRENT_USER SET jit = off",
            f"ALTER ROLE CURRENT_USER IN DATABASE {name.as_string()} SET work_mem = '64kB'",
        )
        with psycopg.connect(house.logins.tenants) as connection:
            assert "jit, work_mem" in excess_rights(connection)
        assert repair(house) == ["jit", "work_mem"]
        assert settings_of(house) == before
        assert repair(house) == []
        with psycopg.connect(house.logins.tenants) as connection:
            assert excess_rights(connection) is None


def test_a_changed_password_or_library_blocks_logins_until_the_repair(make_house):
    with make_house() as house:
        plant(
            house,
            "ALTER ROLE CURRENT_USER SET local_preload_libraries = 'no_such_library'",
            "ALTER ROLE CURRENT_USER PASSWORD 'mine now'",
        )
        tenant_engine().dispose()
        with pytest.raises(OperationalError), tenant_transaction(house.mine):
            pass
        assert repair(house) == ["local_preload_libraries", "password"]
        with tenant_transaction(house.mine) as session:
            assert session.scalars(text("SELECT owner FROM sales")).all() == ["mine"]


def test_connections_that_began_with_planted_settings_are_replaced(make_house):
    with make_house(db_pool_size=1) as house:
        plant(house, "ALTER ROLE CURRENT_USER SET work_mem = '64kB'")
        tenant_engine().dispose()
        show = text("SHOW work_mem")
        with tenant_transaction(house.mine) as session:
            assert session.scalar(show) == "64kB"
        repair(house)
        with tenant_transaction(house.mine) as session:
            assert session.scalar(show) != "64kB"


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SELECT name FROM pg_cursors"),
        ("PREPARE p AS SELECT 1", "SELECT name FROM pg_prepared_statements"),
        ("LISTEN everything", "SELECT pg_listening_channels()"),
    ],
)
@pytest.mark.parametrize("end", ["", "COMMIT"])
@pytest.mark.parametrize("fails", [False, True])
def test_cursors_listens_and_prepared_statements_end_with_the_transaction(
    make_house, planted, seen, end, fails
):
    with make_house(db_pool_size=1) as house:
        try:
            with tenant_transaction(house.mine) as session:
                driver = session.connection().connection.driver_connection
                driver.execute(planted)
                assert driver.execute(seen).fetchall() or "LISTEN" in planted
                if end:
                    driver.execute(end)
                assert not fails, "the block raises"
        except AssertionError:
            assert fails
        with tenant_engine().connect() as connection:
            assert connection.exec_driver_sql(seen).fetchall() == []


def test_a_tenant_has_no_do_blocks(house):
    with pytest.raises(pg.InsufficientPrivilege), tenant_transaction(house.mine) as session:
        session.connection().connection.driver_connection.execute("DO $$ BEGIN END $$")


class Services:
    """The part of the jobs' services that this test needs."""

    def __init__(self, settings, redis=None):
        self.settings = settings
        self.health = JobHealth(redis)
        self.engine = create_engine(engine_url(settings.database_url))


def test_cleanup_repairs_the_login_and_counts_the_repairs(make_house, redis_url):
    with make_house() as house, Redis.from_url(redis_url) as redis:
        services = Services(house.settings, redis)
        assert repair_login in STEPS
        plant(house, "ALTER ROLE CURRENT_USER SET jit = off")
        for expected in (1, 0):
            report = {}
            repair_login(services, report)
            assert report == {"login_repaired": expected}
        assert services.health.incidents()["login_repaired"] == 1
        services.engine.dispose()


def test_a_block_that_commits_in_a_loop_is_overdue_by_its_statement(make_house, monkeypatch):
    monkeypatch.setattr(expiry, "OVERDUE", 1.0)
    loop = "DO $$ BEGIN LOOP PERFORM pg_sleep(0.05); COMMIT; END LOOP; END $$"
    with make_house() as house:
        services, ended = Services(house.settings), []
        with house.owner() as owner:
            # As on a managed Postgres, where no one may take the language away.
            owner.execute("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC")

        def run():
            with house.app.app_context():
                try:
                    with tenant_transaction(house.mine) as session:
                        driver = session.connection().connection.driver_connection
                        driver.execute("COMMIT; SET statement_timeout = 0")
                        driver.execute(loop)
                except (DBAPIError, psycopg.Error) as error:
                    ended.append(type(getattr(error, "orig", error)).__name__)

        thread = threading.Thread(target=run)
        thread.start()
        wait_for(lambda: expiry.end_overdue(services) == 1)
        thread.join(90)
        services.engine.dispose()
        assert ended == ["AdminShutdown"]
