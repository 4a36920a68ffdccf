"""The whole system with an owner who is no superuser, as the documentation says to make it."""

import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy import create_engine

from app.db import engine_url
from app.settings.table import Settings
from jobs.maintenance import expiry as sweep
from tests.acceptance.client import Prospect
from tests.acceptance.test_lifecycle import demo
from tests.acceptance.test_visit import ready_pool, wait_for
from tests.conftest import new_database, scratch_directory
from tests.fixtures.live import running_system

OWNER, PASSWORD = "bakery_owner", "a password for tests"
PAGE = Path(__file__).parents[2] / "docs" / "security.md"


@pytest.fixture(scope="module")
def plain_system(postgres):
    """A running system on a database with the owner that docs/security.md describes."""
    (block,) = re.findall(r"<!-- owner -->\n```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    with new_database(postgres) as admin_url, scratch_directory("plain-") as home:
        name = urlsplit(admin_url).path.removeprefix("/")
        statements = block.replace("'…'", f"'{PASSWORD}'").replace(
            "DATABASE bakery ", f"DATABASE {name} "
        )
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(f"DROP ROLE IF EXISTS {OWNER}")
            admin.execute(statements)
        place = urlsplit(admin_url).netloc.rpartition("@")[2]
        url = f"postgresql://{OWNER}:{PASSWORD.replace(' ', '%20')}@{place}/{name}"
        try:
            with running_system(url, home) as system:
                yield system
        finally:
            with psycopg.connect(admin_url, autocommit=True) as admin:
                tenants = admin.execute(  # of this database: other systems run on the server
                    "SELECT DISTINCT rolname FROM pg_roles AS r JOIN pg_shdepend AS d"
                    " ON d.refobjid = r.oid AND d.dbid = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database()) WHERE rolname ~ '^mm_'"
                )
                for (role,) in tenants.fetchall():
                    admin.execute(f"DROP OWNED BY {role}")
                    admin.execute(f"DROP ROLE {role}")
                admin.execute(f"DROP OWNED BY {OWNER} CASCADE")
                admin.execute(f"REASSIGN OWNED BY {OWNER} TO CURRENT_USER")


def roles(system):
    with psycopg.connect(system.database_url) as owner:
        return {row[0] for row in owner.execute("SELECT rolname FROM pg_roles").fetchall()}


def test_the_owner_is_no_superuser(plain_system):
    with psycopg.connect(plain_system.database_url) as owner:
        row = owner.execute(
            "SELECT rolsuper, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, False)


def test_a_visit_from_the_clone_to_the_drop(plain_system):
    ready_pool(plain_system)
    before = roles(plain_system)
    visitor = Prospect(plain_system.url).open("individual_bakery")
    tenant = visitor.session["virtual_tenant_id"]
    sale = visitor.sell()
    assert sale.status == 201
    assert visitor.get(f"/api/pos/sales/{sale.json['id']}").status == 200
    reset = visitor.post("/api/demo/session/reset")
    assert (reset.status, reset.json["virtual_tenant_id"]) == (200, tenant), "in place"
    assert visitor.get(f"/api/pos/sales/{sale.json['id']}").status == 404
    visitor.post("/api/demo/session/destroy")
    schema = f"demo_{tenant.replace('-', '')}"
    assert wait_for(lambda: schema not in plain_system.schemas(), 30)
    assert wait_for(lambda: before - roles(plain_system), 30), "its role went with it"


def test_the_web_server_runs_without_the_owners_login(plain_system):
    settings = {"DATABASE_URL": "", "STATE_DIR": "/nonexistent"}
    with plain_system.web(**settings) as url:
        assert OWNER not in logins_of_web(plain_system)
        ready_pool(plain_system)
        visitor = Prospect(url).open("individual_bakery")
        sale = visitor.sell()
        assert sale.status == 201
        reset = visitor.post("/api/demo/session/reset")
        assert (reset.status, reset.json["reset"]) == (200, "done")
        assert visitor.get(f"/api/pos/sales/{sale.json['id']}").status == 404
        assert visitor.post("/api/demo/session/extend").status == 200
        assert visitor.get(visitor.session["status_url"]).json["reset"] == "done"
        assert visitor.post("/api/demo/session/destroy").status == 200
        assert OWNER not in logins_of_web(plain_system)


def logins_of_web(system):
    """The environment of its web servers: no login of the owner's is there to be taken."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (path / "cmdline").read_bytes(), (path / "environ").read_bytes()
        except OSError:
            continue
        if b"wsgi:application" in command and system.redis_url.encode() in environment:
            found.append(environment.decode())
    assert found
    return "\n".join(found)


def test_a_long_reset_answers_202_and_can_be_followed(plain_system):
    ready_pool(plain_system)
    with plain_system.web(DEMO_RESET_WAIT_SECONDS="0") as url:
        visitor = Prospect(url).open("individual_bakery")
        answer = visitor.post("/api/demo/session/reset")
        assert (answer.status, answer.json["status"]) == (202, "active")
        assert answer.json["reset"] in ("queued", "running", "done")
        assert answer.headers["Location"] == answer.json["status_url"]
        assert answer.headers["Retry-After"] == "1"
        assert wait_for(lambda: visitor.get(answer.json["status_url"]).json["reset"] == "done", 30)
        visitor.post("/api/demo/session/destroy")


def test_the_command_line_resets_a_session(plain_system):
    ready_pool(plain_system)
    visitor = Prospect(plain_system.url).open("individual_bakery")
    sale = visitor.sell()
    code, _, err = demo(plain_system, "reset", visitor.session["session_id"])
    assert code == 0, err
    assert visitor.get(f"/api/pos/sales/{sale.json['id']}").status == 404
    visitor.post("/api/demo/session/destroy")


def test_migrations_find_nothing_to_do(plain_system):
    ready_pool(plain_system)
    code, _, err = demo(plain_system, "migrate")
    assert code == 0, err
    code, out, err = demo(plain_system, "reconcile", "--json")
    assert (code, out.strip()) == (0, "[]"), err


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM control.demo_sessions",
        "SELECT * FROM template_central_baker.sales",
        "CREATE TEMP TABLE t (n integer)",
        "CREATE TABLE public.t (n integer)",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_the_tenants_login_can_do_nothing_by_itself(plain_system, statement):
    with (
        psycopg.connect(plain_system.environment["TENANT_DATABASE_URL"]) as connection,
        pytest.raises((pg.InsufficientPrivilege, pg.InvalidSchemaName)),
    ):
        connection.execute(statement)


def test_a_transaction_that_lifted_its_timeouts_is_ended(plain_system, monkeypatch):
    monkeypatch.setattr(sweep, "OVERDUE", 0.2)
    environment = plain_system.environment
    settings = Settings(
        database_url=environment["DATABASE_URL"],
        tenant_database_url=environment["TENANT_DATABASE_URL"],
        redis_url="redis://unused",
        jwt_secret=environment["JWT_SECRET"],
    )
    engine = create_engine(engine_url(settings.database_url))
    parts = SimpleNamespace(settings=settings, engine=engine)
    with psycopg.connect(environment["TENANT_DATABASE_URL"]) as hostile:
        hostile.execute("SELECT 1")
        assert wait_for(lambda: sweep.end_overdue(parts) >= 1, 10)
        with pytest.raises(psycopg.OperationalError):
            hostile.execute("SELECT 1")
    engine.dispose()
