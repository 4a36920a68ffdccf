"""Two tenants cut from one template, and the web's logins, as the running system has them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask

from app.database.isolation import ensure_tenant_role, open_template, tenant_role
from app.database.logins import Logins, login_of, make_logins
from app.db import db, init_db, tenant_engine
from app.settings.table import Settings
from gateway import connect_redis
from schema_tools import compile_plan

SECRET = "a secret for tests, at least 32 bytes long"
TEMPLATE = "template_small"
TABLES = f"""
CREATE SCHEMA {TEMPLATE};
SET search_path = {TEMPLATE};
CREATE SEQUENCE ticket_numbers;
CREATE TABLE sales (id integer PRIMARY KEY, owner text NOT NULL);
CREATE TABLE sale_lines (sale_id integer REFERENCES sales, what text);
CREATE VIEW sold WITH (security_invoker = true) AS SELECT owner FROM sales;
"""


@dataclass(frozen=True)
class House:
    """A database with its tenants, and how to reach it."""

    app: Flask
    owner_url: str
    logins: Logins
    settings: Settings
    mine: UUID
    other: UUID

    def schema(self, tenant: UUID) -> str:
        return f"demo_{tenant.hex}"

    def role(self, tenant: UUID) -> str:
        return tenant_role(SECRET, tenant).name

    def owner(self) -> psycopg.Connection:
        """Connect as the owner of the database."""
        return psycopg.connect(self.owner_url, autocommit=True)

    def canary(self, tenant: UUID) -> list[str]:
        with self.owner() as owner:
            rows = owner.execute(f"SELECT owner FROM {self.schema(tenant)}.sales ORDER BY id")
            return [row[0] for row in rows]


def add_tenant(owner: psycopg.Connection, tenant: UUID, login: str, canary: str) -> None:
    """Clone the template for a tenant, as the job does."""
    schema = f"demo_{tenant.hex}"
    owner.execute(
        "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
        " is_demo_template, state) VALUES (%s, 'x', %s, 'central_baker', true, false, 'leased')",
        [tenant, schema],
    )
    compile_plan(owner, TEMPLATE).run(owner, schema)
    ensure_tenant_role(owner, schema, tenant_role(SECRET, tenant).name, login)
    owner.execute(f"INSERT INTO {schema}.sales VALUES (1, '{canary}')")


@contextmanager
def build(database_url: str, **overrides: object) -> Iterator[House]:
    """The house, with settings of the test's own; inside its application's context."""
    logins = make_logins(database_url, SECRET)
    assert logins is not None
    mine, other = uuid4(), uuid4()
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(TABLES)
        open_template(owner, TEMPLATE, deletable=["sale_lines"])
        for tenant, canary in ((mine, "mine"), (other, "other")):
            add_tenant(owner, tenant, login_of(logins.tenants), canary)
    values = {
        "database_url": database_url,
        "web_database_url": logins.web,
        "tenant_database_url": logins.tenants,
        "redis_url": "redis://unused",
        "jwt_secret": SECRET,
        "db_pool_size": 2,
        **overrides,
    }
    settings = Settings(**values)
    app = Flask("house")
    init_db(app, settings, connect_redis(settings.redis_url))
    with app.app_context():
        yield House(app, database_url, logins, settings, mine, other)
        tenant_engine().dispose()
        db.engine.dispose()


@pytest.fixture
def database_url(fresh_migrated_url: str) -> str:
    """A database with the control schema, for one test."""
    return fresh_migrated_url


@pytest.fixture(scope="module")
def shared_house(migrated_url: str) -> Iterator[House]:
    """A house for tests that leave it as it was."""
    with build(migrated_url) as house:
        yield house


@pytest.fixture
def house(shared_house: House) -> Iterator[House]:
    """The same database, in the test's own application context."""
    with shared_house.app.app_context():
        yield shared_house


@pytest.fixture
def make_house(database_url: str) -> Callable[..., AbstractContextManager[House]]:
    """Builds a house with settings of the test's own."""
    return partial(build, database_url)
