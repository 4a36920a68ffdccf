"""Measures what gateway and isolation cost a request: with and without each, in one run.

Latencies are taken in one process, by turns; requests a second from two web servers which are never
without work, by turns as well. Each has one process: of two processes one may get all connections.
"""

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.database.engines import engine_url
from app.local.postgres import PostgresServer
from tests.acceptance.client import Prospect
from tests.bench.figures import counted
from tests.bench.load import Connection, requests_per_second
from tests.bench.system import served
from tests.conftest import FAST_AND_FORGETFUL, scratch_directory
from tests.fixtures.live import LiveSystem, running_system

PATHS = ("/api/tenant", "/api/inventory/ingredients", "/api/pos/sales", "/api/sales/daily")
RESULT = Path("build/bench/gateway.json")
NO_LIMITS = {"GATEWAY_REQUESTS_PER_MINUTE": "10000000", "GATEWAY_OPEN_REQUESTS": "1000"}
TURN_SECONDS = 1.5
AT_ONCE = 8
"""Concurrent connections: enough that no server ever waits."""


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
        rows.append({"path": path} | {name: statistics.median(ms) for name, ms in taken.items()})
    owner.dispose()
    return rows


def measure_throughput(system: LiveSystem, visitor: Prospect, turns: int) -> dict[str, Any]:
    """Requests a second of each path, with the gateway and without it: medians over the turns."""
    system.environment |= NO_LIMITS
    headers = {
        "wsgi:app": {"X-Tenant-Id": visitor.session["virtual_tenant_id"]},
        "wsgi:application": {"Authorization": f"Bearer {visitor.token}"},
    }
    found: dict[str, dict[str, list[float]]] = {path: {} for path in PATHS}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(served(system, name, workers=1)) for name in headers}
        for number in counted(range(turns + 1), "turns under full load"):
            for path in PATHS:
                for name, url in urls.items():
                    connections = [Connection(url, path, headers[name]) for _ in range(AT_ONCE)]
                    rate = requests_per_second(connections, TURN_SECONDS)
                    for connection in connections:
                        connection.close()
                    if number:  # the first turn warms up
                        found[path].setdefault(name, []).append(rate)
    return {
        path: {
            "without": statistics.median(rates["wsgi:app"]),
            "with": statistics.median(rates["wsgi:application"]),
        }
        for path, rates in found.items()
    }


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
                rates = measure_throughput(system, visitor, 2 if quick else 8)
                rows = measure(system.environment, visitor, 100 if quick else 500)
                rows = [row | {"requests_per_second": rates[row["path"]]} for row in rows]
        finally:
            server.stop()
    show(rows)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n")


def show(rows: list[dict[str, Any]]) -> None:
    """The table on screen; medians in milliseconds."""
    table = Table(title="A request, median ms")
    for column in (
        "path", "plain", "isolated", "isolation", "gateway", "overhead", "requests/s", "throughput",
    ):  # fmt: skip
        table.add_column(column, justify="left" if column == "path" else "right")
    for row in rows:
        plain, app, gateway = (row[name] for name in ("plain connection", "app", "gateway"))
        rates = row["requests_per_second"]
        table.add_row(
            row["path"],
            f"{plain:.2f}",
            f"{app:.2f}",
            f"{(app / plain - 1) * 100:+.1f} %",
            f"{gateway:.2f}",
            f"{gateway - app:+.2f} ms",
            f"{rates['without']:.0f} → {rates['with']:.0f}",
            f"{rates['with'] / rates['without']:.2f}",
        )
    Console().print(table)
