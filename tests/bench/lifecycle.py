"""A tenant's life, measured: create, clone, lease, request, reset and drop, few and many."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from app.control.models import Tenant
from app.control.pool import register_clone
from app.control.records import Visitor
from app.logs import init_logs
from jobs import tasks
from jobs.plans import run_current_plan
from jobs.wiring import Wiring
from schema_tools import drop_schema
from tests.acceptance.client import Prospect
from tests.bench.cycles import run_cycles
from tests.bench.figures import machine, ratio, summary, timed, write_curves, write_json
from tests.bench.system import parts_of, served, servers
from tests.fixtures.live import LiveSystem

ACCOUNT = "individual_bakery"
VISITOR = Visitor("192.0.2.1", "bench")
CREATE = {"demo_account_type": ACCOUNT}
LIST = "/api/inventory/ingredients"
PARTS = ("warm", "cold", "reset", "scale", "cycles")


@dataclass(frozen=True)
class Bench:
    """What a measurement works with."""

    system: LiveSystem
    parts: Wiring
    quick: bool
    cycles: int


def run(quick: bool, cycles: int | None, only: list[str] | None) -> None:
    """Measure, print, and write `build/bench/lifecycle.json` and its curves."""
    init_logs("WARNING")
    figures: dict[str, Any] = {"quick": quick, "before": machine()}
    measures: dict[str, Callable[[Bench], dict[str, Any]]] = {
        "warm": measure_warm, "cold": measure_cold, "reset": measure_reset,
        "scale": measure_scale, "cycles": measure_cycles,
    }  # fmt: skip
    with servers() as system:
        bench = Bench(system, parts_of(system), quick, cycles or (200 if quick else 1000))
        for name in only or PARTS:
            Console(stderr=True).print(f"Measuring {name}…")
            figures[name] = measures[name](bench)
            path = write_json("lifecycle", {**figures, "after": machine()})
    _show(figures)
    Console().print(f"Written to {path.parent}")


def fill(parts: Wiring, count: int) -> None:
    """Have so many tenants ready."""
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(tasks.clone, [_register(parts) for _ in range(count)]))


def measure_warm(bench: Bench) -> dict[str, Any]:
    """Create with a full pool against one INSERT and one SET, by turns; no worker runs."""
    ones, at_once = (20, 30) if bench.quick else (60, 100)
    with psycopg.connect(bench.system.database_url) as connection:
        connection.execute("CREATE TABLE public.bare (id uuid PRIMARY KEY, name text)")
    fill(bench.parts, ones + 4 + 2 * at_once)
    with ExitStack() as stack:
        demo = Prospect(stack.enter_context(served(bench.system, "wsgi:application")))
        bare = Prospect(stack.enter_context(served(bench.system, "tests.bench.bare:application")))

        def create() -> None:
            answer = demo.post("/api/demo/session/create", CREATE)
            assert (answer.status, answer.json["status"]) == (201, "active"), answer.json

        def insert() -> None:
            assert bare.post("/create").status == 201

        for _ in range(4):
            create(), insert()
        pairs = [(timed(create), timed(insert)) for _ in range(ones)]
        many: dict[str, list[float]] = {"create": [], "bare": []}
        with ThreadPoolExecutor(at_once) as threads:
            for name, call in (("bare", insert), ("create", create)) * 2:
                many[name] += threads.map(lambda _, call=call: timed(call), range(at_once))
    one = {"create": summary([a for a, _ in pairs]), "bare": summary([b for _, b in pairs])}
    return {
        "one": {**one, "ratio": ratio(one["create"], one["bare"])},
        f"{at_once} at once": {
            "create": summary(many["create"]), "bare": summary(many["bare"]),
            "ratio": ratio(summary(many["create"]), summary(many["bare"])),
        },
    }  # fmt: skip


def measure_cold(bench: Bench) -> dict[str, Any]:
    """From the click on an empty pool to a session that is active, against the clone alone."""
    import sys
    import time

    rounds = 5 if bench.quick else 15
    _empty(bench)
    clones = [_clone_alone(bench) for _ in range(rounds)]
    waits = []
    with bench.system.process(sys.executable, "-m", "jobs.worker"):
        for _ in range(rounds + 1):
            started = time.perf_counter()
            session = bench.parts.sessions.open(ACCOUNT, VISITOR).session
            while session.status.value == "pending":
                time.sleep(0.005)
                session = bench.parts.sessions.fetch(session.session_id)
            waits.append((time.perf_counter() - started) * 1000)
            bench.parts.sessions.end(session.session_id)
            time.sleep(0.5)  # the drop that follows is not part of the next wait
    cold, alone = summary(waits[1:]), summary(clones)
    extra = round(cold["median_ms"] - alone["median_ms"], 2)
    return {"create until active": cold, "clone alone": alone, "more_ms": extra}


def _empty(bench: Bench) -> None:
    with psycopg.connect(bench.system.database_url) as connection:
        connection.execute(
            "UPDATE control.tenants SET state = 'dropping' WHERE is_demo AND state = 'ready'"
        )


def _register(parts: Wiring) -> UUID:
    with parts.engine.begin() as connection:
        is_template = Tenant.is_demo_template & (Tenant.account_type == ACCOUNT)
        template = connection.execute(select(Tenant.id, Tenant.name).where(is_template)).one()
        return register_clone(connection, template.id, template.name, ACCOUNT)


def _clone_alone(bench: Bench) -> float:
    tenant_id = _register(bench.parts)
    tenant = bench.parts.pool.find(tenant_id)
    assert tenant is not None
    with psycopg.connect(bench.system.database_url, autocommit=True) as connection:
        took = timed(lambda: run_current_plan(connection, tenant))
        drop_schema(connection, tenant.schema_name)
        connection.execute("DELETE FROM control.tenants WHERE id = %s", [tenant_id])
    return took


def measure_reset(bench: Bench) -> dict[str, Any]:
    """A reset of a hundred changed rows against a fresh clone."""
    rounds = 5 if bench.quick else 15
    _empty(bench)
    fill(bench.parts, 1)
    session = bench.parts.sessions.open(ACCOUNT, VISITOR).session
    assert session.tenant_id is not None
    schema = f"demo_{session.tenant_id.hex}"
    resets, clones = [], []
    for _ in range(rounds):
        with psycopg.connect(bench.system.database_url) as connection:
            connection.execute(
                f"UPDATE {schema}.sale_lines SET quantity = quantity + 1 WHERE ctid IN"
                f" (SELECT ctid FROM {schema}.sale_lines LIMIT 100)"
            )
        resets.append(timed(lambda: bench.parts.sessions.reset(session.session_id)))
        clones.append(_clone_alone(bench))
    after = bench.parts.sessions.fetch(session.session_id)
    assert after.tenant_id == session.tenant_id, "the session was not reset in place"
    reset, clone = summary(resets), summary(clones)
    return {"reset of 100 rows": reset, "clone alone": clone, "ratio": ratio(reset, clone)}


def measure_scale(bench: Bench) -> dict[str, Any]:
    """Clone, lease, request and drop while 10, 200, 1,000 sessions are open."""
    steps = (10, 50, 100) if bench.quick else (10, 200, 1000)
    rounds = 10 if bench.quick else 20
    _empty(bench)
    bench.parts.redis.flushall()  # nobody works on what is queued
    tasks.cleanup()
    found: dict[str, Any] = {}
    with served(bench.system, "wsgi:application") as url:
        for step in steps:
            live = tasks.stats.totals(bench.parts.engine)["active_sessions"]
            fill(bench.parts, step - live)
            for _ in range(step - live):
                bench.parts.sessions.open(ACCOUNT, VISITOR)
            found[str(step)] = _measure_step(bench, url, rounds)
    first, last = found[str(steps[0])], found[str(steps[-1])]
    ratios = {
        name: ratio(last[name], first[name]) for name in ("clone", "lease", "request", "drop")
    }
    curves = {
        name: [(step, found[str(step)][name]["median_ms"]) for step in steps] for name in ratios
    }
    write_curves("lifecycle-scale", "Milliseconds by open sessions", "open sessions", curves)
    disk = last["database_mb"] - first["database_mb"]
    per_session = round(disk / (steps[-1] - steps[0]), 3)
    return {**found, "last_against_first": ratios, "mb_per_session": per_session}


def _measure_step(bench: Bench, url: str, rounds: int) -> dict[str, Any]:
    times: dict[str, list[float]] = {"clone": [], "lease": [], "request": [], "drop": []}
    for _ in range(rounds):
        tenant_id = _register(bench.parts)
        times["clone"].append(timed(lambda tenant=tenant_id: tasks.clone(tenant)))
        opened = []
        times["lease"].append(
            timed(lambda opened=opened: opened.append(bench.parts.sessions.open(ACCOUNT, VISITOR)))
        )
        visitor = Prospect(url, token=opened[0].token)
        assert visitor.get(LIST).status == 200
        times["request"] += [timed(lambda v=visitor: v.get(LIST)) for _ in range(5)]
        ended = bench.parts.sessions.end(opened[0].session.session_id)
        times["drop"].append(timed(lambda tenant=ended.tenant_id: tasks.drop(tenant)))
    return {**{name: summary(values) for name, values in times.items()}, **sizes(bench.system)}


def sizes(system: LiveSystem) -> dict[str, float]:
    """Megabytes of the database and of its catalog, and how many relations there are."""
    with psycopg.connect(system.database_url) as connection:
        row = connection.execute(
            "SELECT pg_database_size(current_database()) / 1048576.0,"
            " (SELECT sum(pg_total_relation_size(oid)) / 1048576.0 FROM pg_class"
            "   WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'),"
            " (SELECT count(*) FROM pg_class)"
        ).fetchone()
    assert row is not None
    return {
        "database_mb": round(float(row[0]), 1),
        "catalog_mb": round(float(row[1]), 1),
        "relations": row[2],
    }


def measure_cycles(bench: Bench) -> dict[str, Any]:
    """Create and destroy a small tenant again and again."""
    return run_cycles(bench.parts, bench.cycles, lambda: sizes(bench.system))


def _show(figures: dict[str, Any]) -> None:
    table = Table("measure", "figure", title="Lifecycle", title_justify="left")

    def rows(prefix: str, value: Any) -> None:
        if isinstance(value, dict) and "median_ms" in value:
            table.add_row(prefix, f"{value['median_ms']} ms, p95 {value['p95_ms']} ms")
        elif isinstance(value, dict):
            for name, item in value.items():
                rows(f"{prefix} · {name}" if prefix else name, item)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            table.add_row(prefix, f"{value:g}")

    for name in PARTS:
        rows(name, figures.get(name, {}))
    Console(width=100).print(table)
