"""Checks of the Postgres server, of our logins, and of the control tables."""

from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import Row

from app.control.models import ControlBase
from app.control.operators.doctor.finding import Finding, failed, ok, skipped, warning
from app.control.services import ControlServices
from app.database.logins import excess_rights, login_of
from app.migrations import control_head
from app.sql_blocks import load_blocks, load_statements
from schema_tools.compiler.compiler import TESTED_SERVERS

CONNECT_SECONDS = 5
CONNECTIONS_IN_USE = 0.8
"""The share of `max_connections` from which on we warn."""

_SQL = load_statements("app.control", "doctor")
_OWNER = load_blocks("app.control", "doctor")["owner"]


def fetch_server(services: ControlServices) -> "Row[Any]":
    """Return the server's settings that matter to us."""
    with services.engine.connect() as connection:
        return connection.execute(_SQL["server"]).one()


def check_server(services: ControlServices) -> Iterator[Finding]:
    """Check the version, and settings that lose data or speed."""
    server = fetch_server(services)
    if server.version in TESTED_SERVERS:
        yield ok("postgres.version", f"Postgres {server.version}")
    else:
        tested = ", ".join(map(str, TESTED_SERVERS))
        yield failed(
            "postgres.version",
            f"Postgres {server.version} was never tested (tested: {tested})",
            "clones are refused on it",
            "Move the database to a tested version: docs/operations.md, Backup and restore.",
        )
    if server.is_replica:
        yield failed(
            "postgres.replica", "the server is a replica that takes no writes",
            "no session can be opened", "Point DATABASE_URL at the primary.",
        )  # fmt: skip
    yield _setting(
        server.autovacuum, "autovacuum", warning,
        "catalogs grow with every clone and every drop, and all of it gets slower",
    )  # fmt: skip
    yield _setting(
        server.fsync and server.full_page_writes, "fsync", failed,
        "a crash of the machine can lose the database, sessions of customers included",
        "ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET full_page_writes = on;",
    )  # fmt: skip


def _setting(is_on: bool, name: str, severity: Any, why: str, repair: str = "") -> Finding:
    check = f"postgres.{name}"
    if is_on:
        return ok(check, f"{name} is on")
    repair = repair or f"ALTER SYSTEM SET {name} = on;"
    finding: Finding = severity(check, f"{name} is off", why, f"{repair} SELECT pg_reload_conf();")
    return finding


def check_connections(services: ControlServices) -> Iterator[Finding]:
    """Check that connections are left."""
    server = fetch_server(services)
    what = f"{server.connections} of {server.max_connections} connections are in use"
    if server.connections < CONNECTIONS_IN_USE * server.max_connections:
        yield ok("postgres.connections", what)
    else:
        yield warning(
            "postgres.connections", what, "visitors wait for a connection, then get 503",
            "Lower DB_POOL_SIZE, put PgBouncer in front, or raise max_connections.",
        )  # fmt: skip


def check_pooler(services: ControlServices) -> Iterator[Finding]:
    """Check that a transaction stays on one connection of the server."""
    with services.engine.connect() as connection:
        pids = {connection.scalar(_SQL["backend"]) for _ in range(5)}
    if len(pids) == 1:
        yield ok("postgres.pooler", "a transaction stays on one connection")
    else:
        yield failed(
            "postgres.pooler", "statements of one transaction reach several connections",
            "what says which tenant is read gets lost: visitors could see each other's data",
            "Set pool_mode = transaction (or session) in the pooler.",
        )  # fmt: skip


def check_owner(services: ControlServices) -> Iterator[Finding]:
    """Check that the owner's login can make tenants."""
    url = services.settings.database_url
    if not url:
        yield skipped("postgres.owner", "this process has no owner's login, as a web server's")
        return
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        row = connection.execute(_OWNER).fetchone()
    assert row is not None, "a role that is connected exists"
    login = login_of(url)
    for can, right, statement in (
        (row[1], "make roles", f'ALTER ROLE "{login}" CREATEROLE;'),
        (row[2], "make schemas", f'GRANT CREATE ON DATABASE … TO "{login}";'),
    ):
        check = f"postgres.owner_{right.split()[1]}"
        if can:
            yield ok(check, f"{login} may {right}")
        else:
            yield failed(
                check, f"{login} may not {right}", "no tenant can be cloned or opened", statement
            )


def check_tenants_login(services: ControlServices) -> Iterator[Finding]:
    """Check that the login of tenant transactions has no rights or settings of its own."""
    url = services.settings.tenant_url
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        excess = excess_rights(connection)
    if excess is None:
        yield ok("postgres.tenants_login", f"{login_of(url)} has no rights of its own")
        return
    yield failed(
        "postgres.tenants_login", f"{login_of(url)}: {excess}",
        "hostile SQL in one tenant could reach the others",
        "flask --app wsgi demo cleanup (removes settings); "
        "docs/security.md says how to make a login for TENANT_DATABASE_URL",
    )  # fmt: skip


def check_schema(services: ControlServices) -> Iterator[Finding]:
    """Check that the control tables are those of this version, with every index."""
    with services.engine.connect() as connection:
        revision = connection.scalar(_SQL["revision"])
        there = set(connection.scalars(_SQL["indexes"]))
        broken = connection.scalars(_SQL["unusable_indexes"]).all()
    head = control_head()
    if revision == head:
        yield ok("postgres.revision", f"control tables are at revision {revision}")
    else:
        yield failed(
            "postgres.revision",
            f"control tables are at revision {revision}, this version has {head}",
            "requests fail on what is not there yet", "bin/role migrate",
        )  # fmt: skip
    tables = ControlBase.metadata.tables.values()
    wanted = {str(index.name): index for table in tables for index in table.indexes}
    for name in sorted(wanted.keys() - there):
        yield warning(
            "postgres.index", f"the index {name} is missing",
            "queries read whole tables: slow with many sessions",
            f"{_create(wanted[name])};",
        )  # fmt: skip
    for name in broken:
        yield warning(
            "postgres.index", f"the index {name} is not valid", "it is written and never read",
            f"REINDEX INDEX CONCURRENTLY {name};",
        )  # fmt: skip
    if not wanted.keys() - there and not broken:
        yield ok("postgres.index", f"all {len(wanted)} indexes of the control tables are there")


def _create(index: Any) -> str:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library's lack
    return " ".join(str(CreateIndex(index).compile(dialect=dialect)).split())
