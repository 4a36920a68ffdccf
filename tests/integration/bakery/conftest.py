"""The API in front of a bakery of each business model."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session

from app.bakery.blueprints import register_blueprints
from app.bakery.metadata import TENANT_METADATA
from app.bakery.scope import TENANT_HEADER
from app.database.engines import engine_url
from app.database.isolation import ensure_tenant_role, open_template, tenant_role
from app.db import db, init_db, tenant_engine
from app.errors import register_error_handlers
from app.migrations import upgrade_control, upgrade_tenant
from app.settings.table import Settings
from gateway import connect_redis
from tests.conftest import Postgres, filled, new_database
from tests.fixtures.demo import DEMO, TREE
from tests.integration.bakery.dataset import dataset

SECRET = "s" * 32
TENANTS = {
    "individual_bakery": UUID("00000000-0000-4000-8000-000000000001"),
    "central_baker": UUID("00000000-0000-4000-8000-000000000002"),
}
OWN = UUID("00000000-0000-4000-8000-000000000003")
"""The account of a central baker's own: it is not a demo."""


SERIES = (
    "suppliers", "ingredients", "stock_lots", "products", "till_sessions", "recipes", "users",
    "production_batches", "forecast_models", "customers",
)  # fmt: skip
"""Tables whose rows the dataset numbers: what a test adds gets higher numbers."""


@dataclass
class Answer:
    """A response: its status and its JSON."""

    status: int
    body: Any

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def code(self) -> str:
        """The error code of a problem."""
        return self.body["code"]

    def column(self, name: str) -> list[Any]:
        """One field of all items."""
        return [item[name] for item in self.body["items"]]


class Api:
    """The API as one tenant sees it."""

    def __init__(self, app: APIFlask, tenant_id: UUID) -> None:
        self.app, self.tenant_id = app, tenant_id

    def call(self, method: str, path: str, **options: Any) -> Answer:
        headers = {TENANT_HEADER: str(self.tenant_id)} | options.pop("headers", {})
        response = self.app.test_client().open(
            f"/api{path}", method=method, headers=headers, **options
        )
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json"
            assert response.json["status"] == response.status_code
        return Answer(response.status_code, response.json)

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, query_string=query)

    def post(self, path: str, body: Any) -> Answer:
        return self.call("POST", path, json=body)

    def put(self, path: str, body: Any) -> Answer:
        return self.call("PUT", path, json=body)

    def at_once(self, *calls: Callable[["Api"], Answer]) -> list[Answer]:
        """Answers of calls made at the same time."""
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(lambda call: call(self), calls))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection of the tables' owner, to read behind the API."""
        engine = self.app.extensions["owner"]
        with engine.begin() as connection, Session(connection) as session:
            session.execute(text(f"SET LOCAL search_path = demo_{self.tenant_id.hex}"))
            yield session
            session.flush()

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The statements that run meanwhile."""
        seen: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            if not statement.startswith(("BEGIN ", "SET ROLE NONE;", "SELECT set_config(")):
                seen.append(statement)

        with self.app.app_context():
            event.listen(tenant_engine(), "before_cursor_execute", note)
            try:
                yield seen
            finally:
                event.remove(tenant_engine(), "before_cursor_execute", note)

    @contextmanager
    def round_trips(self) -> Iterator[list[str]]:
        """The times that a connection to the server waits meanwhile, as libpq counts them.

        The server ends each answer by saying that it is ready for the next query.
        """
        seen: list[str] = []
        with self.app.app_context(), TemporaryFile("w+") as log:
            with tenant_engine().connect() as connection:
                driver = connection.connection.driver_connection.pgconn
                driver.trace(log.fileno())
            try:
                yield seen
            finally:
                driver.untrace()
            log.seek(0)
            seen += [line.strip() for line in log if "ReadyForQuery" in line]


def make_tenants(database_url: str) -> None:
    engine = create_engine(engine_url(database_url))
    row = text(
        "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
        " is_demo_template, state) VALUES (:id, :name, :name, :kind, :is_demo, false, 'leased')"
    )
    with engine.begin() as connection:
        upgrade_control(connection)
        for kind, tenant_id in (*TENANTS.items(), ("central_baker", OWN)):
            name, is_demo = f"demo_{tenant_id.hex}", tenant_id != OWN
            values = {"id": tenant_id, "name": name, "kind": kind, "is_demo": is_demo}
            connection.execute(row, values)
            connection.execute(text(f"CREATE SCHEMA {name}"))
    for tenant_id in (*TENANTS.values(), OWN):
        with engine.begin() as connection:
            schema = f"demo_{tenant_id.hex}"
            upgrade_tenant(connection, schema, TREE)
            raw = connection.connection.driver_connection
            open_template(raw, schema, deletable=DEMO.tables.may_delete)
            ensure_tenant_role(raw, schema, tenant_role(SECRET, tenant_id).name, "nobody")
    engine.dispose()


@pytest.fixture(scope="module")
def tenants_url(postgres: Postgres) -> Iterator[str]:
    with new_database(postgres, filled(postgres, make_tenants)) as url:
        yield url


@pytest.fixture(scope="module")
def app(tenants_url: str) -> Iterator[APIFlask]:
    app = APIFlask("bakery", title="Bakery", version="1")
    settings = Settings(database_url=tenants_url, redis_url="redis://nowhere", jwt_secret=SECRET)
    register_error_handlers(app)
    init_db(app, settings, connect_redis(settings.redis_url))
    register_blueprints(app)
    app.extensions["owner"] = create_engine(
        engine_url(tenants_url), connect_args={"prepare_threshold": None}
    )
    yield app
    app.extensions["owner"].dispose()
    with app.app_context():
        db.engine.dispose()
        tenant_engine().dispose()


@pytest.fixture
def individual(app: APIFlask) -> Api:
    return prepared(app, "individual_bakery")


@pytest.fixture
def central(app: APIFlask) -> Api:
    return prepared(app, "central_baker")


@pytest.fixture
def own(app: APIFlask) -> Api:
    """A bakery's own account."""
    return prepared(app, "central_baker", OWN)


@pytest.fixture
def api(request: pytest.FixtureRequest, app: APIFlask) -> Api:
    """The bakery that the test is parametrized with."""
    return prepared(
        app, {"individual": "individual_bakery", "central": "central_baker"}[request.param]
    )


def prepared(app: APIFlask, kind: str, tenant_id: UUID | None = None) -> Api:
    api = Api(app, tenant_id or TENANTS[kind])
    tables = ", ".join(TENANT_METADATA.tables)
    with api.session() as session:
        session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        for rows in dataset(kind):
            session.add_all(rows)
            session.flush()
        for table in SERIES:
            session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000)"))
    return api
