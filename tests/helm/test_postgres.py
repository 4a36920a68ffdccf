"""A Postgres in the cluster is configured as that of `make demo`."""

import base64
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import NullPool, create_engine, make_url

from app.database.engines import engine_url
from app.database.isolation import ensure_tenant_role, open_template, tenant_role
from app.database.logins import CLOSED_FUNCTIONS, excess_rights
from app.local.postgres_settings import SETTINGS
from app.migrations import upgrade_control
from schema_tools import compile_plan
from tests.helm.cases import CLUSTER, TRIAL
from tests.helm.chart import CHART, default_values, one, pod_of, render_chart

OF_ONE_MACHINE = {
    "listen_addresses",
    "unix_socket_directories",
    "log_line_prefix",
    "log_checkpoints",
}
"""Where the local server listens, and how its log reads on a terminal."""

LARGER = {"max_connections": "200"}
"""Two web pods and the dashboard, each process with a pool for each of its logins."""

SECRET = "a secret for tests, at least 32 bytes long"
NAME = "masa_madre"
GUEST = "masa_madre_guest"
ROLES = (f"{NAME}_web", f"{NAME}_tenants", NAME)


def test_settings_are_those_of_the_local_server():
    local = {s.name: s.value for s in SETTINGS if s.name not in OF_ONE_MACHINE}
    assert default_values()["postgres"]["parameters"] == local | LARGER


def test_both_kinds_of_server_get_them():
    expected = default_values()["postgres"]["parameters"]
    cluster = one(render_chart(CLUSTER), "Cluster", "demo-masa-madre-postgres")
    assert cluster["spec"]["postgresql"]["parameters"] == expected
    words = pod_of(render_chart(TRIAL), "demo-masa-madre-postgres").container["args"]
    assert words[::2] == ["-c"] * len(expected)
    assert dict(word.split("=", 1) for word in words[1::2]) == expected


def test_the_logins_may_not_call_what_the_app_closes():
    text = (CHART / "files" / "logins.sql").read_text(encoding="utf-8")
    listed = text.partition("proname IN (")[2].partition(")")[0]
    assert {name.strip(" '\n") for name in listed.split(",")} == set(CLOSED_FUNCTIONS)


def test_the_web_goes_through_pgbouncer_in_transaction_mode():
    pooler = one(render_chart(CLUSTER), "Pooler", "demo-masa-madre-pooler")["spec"]
    assert pooler["pgbouncer"]["poolMode"] == "transaction"
    assert pooler["cluster"] == {"name": "demo-masa-madre-postgres"}


def test_the_operator_does_not_manage_our_logins():
    spec = one(render_chart(CLUSTER), "Cluster", "demo-masa-madre-postgres")["spec"]
    assert "managed" not in spec
    (reference,) = spec["bootstrap"]["initdb"]["postInitApplicationSQLRefs"]["secretRefs"]
    assert reference == {"name": "demo-masa-madre-logins", "key": "logins.sql"}


@pytest.fixture
def urls(postgres):
    """A server whose first start ran the trial's SQL: the URLs of its logins."""
    data = one(render_chart(TRIAL), "Secret", "demo-masa-madre-logins")["data"]
    text = {key: base64.b64decode(value).decode() for key, value in data.items()}
    database = postgres.url.rpartition("/")[0] + f"/{NAME}"
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        of_others = _roles(admin)
        admin.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")
    try:
        with psycopg.connect(database, autocommit=True) as admin:
            admin.execute(text["owner.sql"])
            admin.execute(text["logins.sql"])
        passwords = dict(zip(ROLES, (text["web"], text["tenants"], text["owner"]), strict=True))
        yield {
            role: make_url(database)
            .set(username=role, password=password)
            .render_as_string(hide_password=False)
            for role, password in passwords.items()
        }
    finally:
        with psycopg.connect(postgres.url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
            made = [name for name in (GUEST, *ROLES) if name not in of_others]
            for name in [*_granted(admin, ROLES[1]), *made]:
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


def _roles(admin) -> set[str]:
    return {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}


def _granted(admin, login: str) -> list[str]:
    """The roles of the tenants of one login: another system on the server has its own."""
    found = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member::regrole::text = %s"
    roles = [name for (name,) in admin.execute(found, [login])]
    return [name for name in roles if name.startswith("mm_")]


def test_the_three_logins_do_what_they_are_for(urls):
    tenant = uuid4()
    role, schema = tenant_role(SECRET, tenant), f"demo_{tenant.hex}"
    web, tenants, owner = (urls[name] for name in ROLES)
    with ExitStack() as stack:
        as_owner, as_web, as_tenants = (
            stack.enter_context(psycopg.connect(url, autocommit=True))
            for url in (owner, web, tenants)
        )
        _cut_a_tenant(owner, as_owner, schema, role.name)

        assert excess_rights(as_tenants) is None
        as_tenants.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role.name)))
        as_tenants.execute("SELECT set_config('masa_madre.key', %s, false)", [role.key])
        assert as_tenants.execute(f"SELECT count(*) FROM {schema}.sales").fetchone() == (1,)
        as_tenants.execute("RESET ROLE")

        assert as_web.execute("SELECT count(*) FROM control.tenants").fetchone() == (0,)
        for cursor, statement in (
            (as_web, f"SELECT FROM {schema}.sales"),
            (as_tenants, "SELECT FROM control.tenants"),
            (as_tenants, "SELECT pg_advisory_lock(1)"),
            (as_tenants, "CREATE TEMPORARY TABLE filling (disk text)"),
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)

        as_owner.execute("SELECT pg_advisory_lock(1), pg_advisory_unlock(1)")
        pid = as_tenants.info.backend_pid
        assert as_owner.execute("SELECT pg_terminate_backend(%s)", [pid]).fetchone() == (True,)


def _cut_a_tenant(url, connection, schema: str, role: str) -> None:
    """As the owner, who is no superuser: migrate, make a template, clone it, open it to a role."""
    engine = create_engine(engine_url(url), poolclass=NullPool)
    with engine.begin() as migrating:
        upgrade_control(migrating)
    connection.execute("CREATE SCHEMA template_small CREATE TABLE sales (id int PRIMARY KEY)")
    connection.execute("INSERT INTO template_small.sales VALUES (1)")
    open_template(connection, "template_small")
    with psycopg.connect(url) as cloning:
        compile_plan(cloning, "template_small").run(cloning, schema)
    ensure_tenant_role(connection, schema, role, ROLES[1])
