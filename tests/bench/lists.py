"""Every list and write of the API on a template's bakery and one of two years in detail.

In one process and by turns: the app alone, and behind the gateway as a visitor's session. Beside
the whole request stands its SQL: the time in which its connection waits for the server or reads
its answers, and the processor time of the server and of this process, which mean something on a
busy machine too. Each write is undone where it would be committed, so that all of them find the
same rows. The clock stands at half past ten.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine
from werkzeug.test import Client

from app.database.engines import engine_url
from app.demo import Demo
from app.migrations import upgrade_control
from gateway import SessionRecord, connect_redis
from seeds.templates import PROFILES, build_template
from tests.bench.endpoints import ENDPOINTS, NAMES, PREPARATIONS, Endpoint, filled
from tests.bench.figures import counted, machine, summary, write_json
from tests.bench.large import LARGE_WEEKS, build_large, load_tenant
from tests.bench.system import SECRET, started

LIMITS = (
    "GATEWAY_REQUESTS_PER_MINUTE",
    "GATEWAY_CHANGES_PER_SESSION",
    "GATEWAY_OPEN_REQUESTS",
    "TENANT_ROWS",
)
UNLIMITED = dict.fromkeys(LIMITS, "100000000")
QUICK_WEEKS = 25
MOST_SQL_MS, MOST_OWN_MS = 30.0, 3.0
SIZES = ("base", "large")
PARTS = ("whole", "sql", "sql_processor", "own")
_BYTES = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
_OF_SCHEMA = " AND relnamespace = to_regnamespace(%s)"
_SESSION = """
INSERT INTO control.demo_sessions (session_id, base_demo_tenant_id, virtual_tenant_id,
       demo_account_type, status, expires_at, data_cloned)
VALUES (%s, %s, %s, %s, 'active', %s, true)
"""


@dataclass
class Waits:
    """The time that connections to Postgres take, and the processor time of their backends."""

    seconds: float = 0.0
    backends: set[int] = field(default_factory=set)

    def processor_seconds(self) -> float:
        """Return what the backends have used so far; without Linux's figures, nothing."""
        return sum(map(_processor_seconds, self.backends))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch all connections of this process."""
        waiting = psycopg.Connection.wait

        def wait(connection: Any, *args: Any, **options: Any) -> Any:
            started = perf_counter()
            try:
                return waiting(connection, *args, **options)
            finally:
                self.seconds += perf_counter() - started
                self.backends.add(connection.info.backend_pid)

        with patch.object(psycopg.Connection, "wait", wait):
            yield


def _processor_seconds(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one request."""

    whole: float
    sql: float
    """Waiting for the server, and reading its answers."""
    sql_processor: float
    """What the server's backends used: as good as the same on a busy machine."""
    own: float
    """What this process used, its part of the SQL included."""


@dataclass
class Bakery:
    """A tenant of one size, what things are called in it, and how to ask for them."""

    size: str
    model: str
    tenant_id: UUID
    schema: str
    megabytes: float
    names: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stack:
    """The app, the gateway in front of it, and the database behind."""

    clients: dict[str, Client]
    waits: Waits
    bakeries: list[Bakery]

    def request(self, way: str, bakery: Bakery, endpoint: Endpoint) -> Cost:
        """Make a request, which must succeed."""
        path = filled(endpoint.path, bakery.names)
        query, body = filled(endpoint.query, bakery.names), filled(endpoint.body, bakery.names)
        waits = self.waits
        sql_before, server_before = waits.seconds, waits.processor_seconds()
        own_before, started = process_time(), perf_counter()
        answer = self.clients[way].open(
            path, method=endpoint.method, query_string=query, json=body,
            headers=bakery.headers[way],
        )  # fmt: skip
        whole, own = perf_counter() - started, process_time() - own_before
        assert answer.status_code in (200, 201), (endpoint.title, bakery.size, answer.text)
        answer.close()
        server = max(0.0, waits.processor_seconds() - server_before)
        return Cost(whole * 1000, (waits.seconds - sql_before) * 1000, server * 1000, own * 1000)


def run(quick: bool) -> None:
    """Measure, show, and keep the figures."""
    with running_stack(QUICK_WEEKS if quick else LARGE_WEEKS) as stack:
        rows = measure(stack, 10 if quick else 60)
    sizes = {f"{one.model} {one.size}": one.megabytes for one in stack.bakeries}
    show(rows, sizes)
    write_json("lists", {"machine": machine(), "megabytes": sizes, "requests": rows})


@contextmanager
def running_stack(weeks: int) -> Iterator[Stack]:
    """A server with the four bakeries, and the whole stack in this process."""
    with ExitStack() as stack:
        url, redis_url, _ = stack.enter_context(started("bench-lists"))
        from tests.fixtures.demo import DEMO  # sets the clock to half past ten

        bakeries = list(_bakeries(url, DEMO, weeks))
        os.environ.update(UNLIMITED)
        os.environ.update(
            DATABASE_URL=url, REDIS_URL=redis_url, JWT_SECRET=SECRET, DEMO_LIVE="false",
            OPS_PASSWORD="ops-password-for-benchmarks", LOG_LEVEL="ERROR",
        )  # fmt: skip
        from wsgi import app, application  # reads the environment

        clients = {"app": Client(app, use_cookies=False)}
        clients["gateway"] = Client(application, use_cookies=False)
        for bakery in bakeries:
            _open_session(bakery, url, redis_url)
            _prepare(bakery, url, clients["app"])
        waits = Waits()
        stack.enter_context(waits.watched())
        from app import db

        stack.enter_context(patch.object(db, "_COMMIT", db._ABANDON))
        yield Stack(clients, waits, bakeries)


def _bakeries(url: str, demo: Demo, weeks: int) -> Iterator[Bakery]:
    """Make the tenants of both models in both sizes."""
    engine = create_engine(engine_url(url))
    with engine.begin() as connection:
        upgrade_control(connection)
    engine.dispose()
    wanted = [(size, profile) for size in SIZES for profile in PROFILES]
    for size, profile in counted(wanted, "bakeries made"):
        is_large = size == "large"
        moment = demo.now()
        data = build_large(profile, moment, weeks) if is_large else build_template(profile, moment)
        tenant_id = uuid4()
        schema = load_tenant(url, demo, tenant_id, data, secret=SECRET, login_url=url)
        with psycopg.connect(url) as raw:
            (size_in_bytes,) = raw.execute(_BYTES + _OF_SCHEMA, [schema]).fetchone()
        model = profile.account_type.value
        yield Bakery(size, model, tenant_id, schema, round(int(size_in_bytes) / 1e6, 1))


def _open_session(bakery: Bakery, url: str, redis_url: str) -> None:
    """Make the gateway know a session that has this tenant."""
    from app.settings.table import load_settings
    from jobs.services import make_store, make_tokens

    settings = load_settings()
    ends = datetime.now(UTC) + timedelta(hours=6)
    name = f"demo_{uuid4().hex}"
    record = SessionRecord(name, uuid4(), bakery.tenant_id, bakery.model, "active", ends)
    with psycopg.connect(url) as raw:
        raw.execute(_SESSION, [name, bakery.tenant_id, bakery.tenant_id, bakery.model, ends])
    make_store(settings, connect_redis(redis_url)).put(record)
    token = make_tokens(settings).issue(name, ends)
    bakery.headers["app"] = {"X-Tenant-Id": str(bakery.tenant_id)}
    bakery.headers["gateway"] = {"Authorization": f"Bearer {token}"}


def _prepare(bakery: Bakery, url: str, client: Client) -> None:
    """Find what the requests name, and make what is not there."""
    with psycopg.connect(url) as raw:
        raw.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(bakery.schema)))
        for name, query in NAMES.items():
            found = raw.execute(query).fetchone()
            bakery.names[name] = None if found is None else found[0]
    for name, path, body in PREPARATIONS[bakery.model]:
        answer = client.post(
            filled(path, bakery.names), json=filled(body, bakery.names),
            headers=bakery.headers["app"],
        )  # fmt: skip
        assert answer.status_code in (200, 201), (name, bakery.size, answer.text)
        bakery.names[name] = answer.json["id"]


def measure(stack: Stack, rounds: int) -> list[dict[str, Any]]:
    """Every request in each way on each size by turns; the first turn warms up."""
    rows = []
    for endpoint in counted(ENDPOINTS, "requests measured"):
        ways = ("app", "gateway") if endpoint.in_demo else ("app",)
        turns = [
            (bakery, way)
            for bakery in stack.bakeries
            if bakery.model == endpoint.model
            for way in ways
        ]
        taken: dict[tuple[str, str], list[Cost]] = {}
        for number in range(rounds + 1):
            for bakery, way in turns:
                found = stack.request(way, bakery, endpoint)
                if number:
                    taken.setdefault((bakery.size, way), []).append(found)
        row: dict[str, Any] = {"request": endpoint.title}
        for (size, way), figures in taken.items():
            row.setdefault(size, {})[way] = {
                part: summary([getattr(cost, part) for cost in figures]) for part in PARTS
            }
        rows.append(row)
    return rows


def show(rows: list[dict[str, Any]], sizes: dict[str, float]) -> None:
    """The table on screen: medians and 95th percentiles in milliseconds."""
    title = ", ".join(f"{name} {size:.0f} MB" for name, size in sizes.items())
    table = Table(title=f"Requests in ms, median/p95; {title}")
    table.add_column("request")
    for size in SIZES:
        for part in ("SQL", "its CPU", "app", "gateway", "own CPU"):
            table.add_column(f"{size} {part}", justify="right")
    for row in rows:
        cells = []
        for size in SIZES:
            app = row[size]["app"]
            behind = row[size].get("gateway")
            cells += [_cell(app["sql"]), f"{app['sql_processor']['median_ms']:.1f}"]
            cells += [_cell(app["whole"])]
            cells += ["—" if behind is None else _cell(behind["whole"])]
            cells += [f"{app['own']['median_ms']:.1f}"]
        table.add_row(row["request"], *cells)
    console = Console()
    console.print(table)
    slow = [row for row in rows if row["large"]["app"]["sql_processor"]["median_ms"] > MOST_SQL_MS]
    own = [row for row in rows if row["large"]["app"]["own"]["median_ms"] > MOST_OWN_MS]
    for words, found in ((f"over {MOST_SQL_MS:.0f} ms of SQL on large", slow),
                         (f"over {MOST_OWN_MS:.0f} ms of the stack's own", own)):  # fmt: skip
        console.print(f"{words}: {', '.join(row['request'] for row in found) or 'none'}")


def _cell(figures: dict[str, float]) -> str:
    return f"{figures['median_ms']:.1f}/{figures['p95_ms']:.1f}"
