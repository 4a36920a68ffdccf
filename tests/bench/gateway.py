"""What gateway and isolation cost a request: with and without each, in one process and one run."""

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.engines import engine_url
from app.local.postgres import PostgresServer
from tests.acceptance.client import Prospect
from tests.conftest import FAST_AND_FORGETFUL, scratch_directory
from tests.fixtures.live import running_system

PATHS = ("/api/tenant", "/api/inventory/ingredients", "/api/pos/sales", "/api/sales/daily")
RESULT = Path("build/bench/gateway.json")
NO_LIMITS = {"GATEWAY_REQUESTS_PER_MINUTE": "10000000"}


@contextmanager
def plain_connections(engine: Engine, schema: str) -> Iterator[None]:
    """Tenant transactions as they would be without isolation: one login, a path, nothing else."""

    @contextmanager
    def plain(_: Any) -> Iterator[Session]:
        with engine.connect() as connection, connection.begin():
            connection.execute(
                text("SELECT set_config('search_path', :path, true)"), {"path": schema}
            )
            with Session(connection, join_transaction_mode="rollback_only") as session:
                yield session
                session.flush()

    with patch("app.bakery.scope.tenant_transaction", plain):
        yield


def time_alternately(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each way, taken in turn, so that what else the machine does hits all."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 20):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if number >= 20:  # the first ones warm up
                taken[name].append((time.perf_counter() - started) * 1000)
    return taken


def ask(client: Client, path: str, headers: dict[str, str]) -> Callable[[], None]:
    """A request that has to succeed."""

    def request() -> None:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        answer.close()

    return request


def measure(environment: dict[str, str], visitor: Prospect, rounds: int) -> list[dict[str, Any]]:
    """Every path in three ways: the app alone, behind the gateway, and on a plain connection."""
    os.environ.update(environment | NO_LIMITS)
    from wsgi import app, application  # reads the environment

    tenant = visitor.session["virtual_tenant_id"]
    token, header = {"Authorization": f"Bearer {visitor.token}"}, {"X-Tenant-Id": tenant}
    alone, behind = Client(app, use_cookies=False), Client(application, use_cookies=False)
    owner = create_engine(
        engine_url(environment["DATABASE_URL"]),
        connect_args={"prepare_threshold": None},
        pool_pre_ping=True,
    )
    schema = f"demo_{tenant.replace('-', '')}"
    rows = []
    for path in PATHS:
        app_alone = ask(alone, path, header)

        def on_a_plain_connection(request: Callable[[], None] = app_alone) -> None:
            with plain_connections(owner, schema):
                request()

        ways = {
            "plain connection": on_a_plain_connection,
            "app": app_alone,
            "gateway": ask(behind, path, token),
        }
        taken = time_alternately(ways, rounds)
        rows.append({"path": path} | {name: statistics.median(ms) for name, ms in taken.items()}
                    | {"throughput": sum(taken["app"]) / sum(taken["gateway"])})  # fmt: skip
    owner.dispose()
    return rows


def run(quick: bool) -> None:
    """Measure, show, and keep the figures."""
    with scratch_directory("bench-gateway-") as home:
        server = PostgresServer(home, None, FAST_AND_FORGETFUL)
        server.start()
        try:
            url = server.ensure_database("bench")
            with running_system(url, home) as system:
                visitor = Prospect(system.url).open("individual_bakery")
                path = visitor.session["status_url"]
                while visitor.get(path).json["status"] != "active":
                    time.sleep(0.2)
                visitor.session = visitor.get(path).json
                visitor.token = visitor.session["session_token"]
                rows = measure(system.environment, visitor, 100 if quick else 500)
        finally:
            server.stop()
    show(rows)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n")


def show(rows: list[dict[str, Any]]) -> None:
    """The table on screen; medians in milliseconds."""
    table = Table(title="A request, median ms")
    for column in ("path", "plain", "isolated", "isolation", "gateway", "overhead", "throughput"):
        table.add_column(column, justify="left" if column == "path" else "right")
    for row in rows:
        plain, app, gateway = (row[name] for name in ("plain connection", "app", "gateway"))
        table.add_row(
            row["path"],
            f"{plain:.2f}",
            f"{app:.2f}",
            f"{(app / plain - 1) * 100:+.1f} %",
            f"{gateway:.2f}",
            f"{gateway - app:+.2f} ms",
            f"{row['throughput']:.2f}",
        )
    Console().print(table)
