"""Measures a tenant's life: create, clone, lease, request, reset and drop, few and many."""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from rich.console import Console
from rich.table import Table

from app.logs import init_logs
from jobs.clones.cloning import run_current_plan
from jobs.clones.resetting import fetch_target, restore_in_place
from jobs.maintenance.dropping import drop_tenant
from schema_tools import drop_schema
from tests.acceptance.client import Prospect
from tests.bench.cycles import run_cycles
from tests.bench.figures import BUILD, counted, machine, ratio, summary, timed, write_json
from tests.bench.memory import measure_memory
from tests.bench.scale import ACCOUNT, VISITOR, fill, measure_scale, open_sessions, register
from tests.bench.system import parts_of, served, servers
from tests.fixtures.live import LiveSystem
from tests.fixtures.parts import Parts

CREATE = {"demo_account_type": ACCOUNT}
SYSTEMS = (("warm", "cold", "reset"), ("scale", "memory"), ("cycles",))
"""Each group has servers of its own, so that one does not slow the next."""
PARTS = tuple(name for group in SYSTEMS for name in group)


@dataclass(frozen=True)
class Bench:
    """The system that a measurement uses."""

    system: LiveSystem
    parts: Parts
    quick: bool
    cycles: int


def run(quick: bool, cycles: int | None, only: list[str] | None) -> None:
    """Measure, print, and write `build/bench/lifecycle.json` and its curves.

    Parts that are not measured this time stay in the file as they are.
    """
    init_logs("ERROR")
    measures: dict[str, Callable[[Bench], dict[str, Any]]] = {
        "warm": measure_warm, "cold": measure_cold, "reset": measure_reset,
        "scale": lambda bench: measure_scale(bench.system, bench.parts, bench.quick),
        "memory": lambda bench: measure_memory(bench.system, bench.parts, bench.quick),
        "cycles": lambda bench: run_cycles(bench.parts, bench.cycles, note_cycles),
    }  # fmt: skip
    figures, wanted = _known(), only or PARTS

    def note_cycles(found: dict[str, Any]) -> None:
        write_json("lifecycle", figures | {"cycles": {**found, "now": machine()}})

    for group in SYSTEMS:
        if not set(group) & set(wanted):
            continue
        with servers() as system:
            bench = Bench(system, parts_of(system), quick, cycles or (200 if quick else 10_000))
            for name in (name for name in group if name in wanted):
                Console(stderr=True).print(f"Measuring {name}…")
                before, started = machine(), time.monotonic()
                found = measures[name](bench)
                took = {"quick": quick, "seconds": round(time.monotonic() - started)}
                figures[name] = {**found, **took, "before": before, "after": machine()}
                path = write_json("lifecycle", figures)
    _show({name: figures[name] for name in wanted})
    Console().print(f"Written to {path.parent}")


def _known() -> dict[str, Any]:
    path = BUILD / "lifecycle.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    return {name: known[name] for name in PARTS if name in known}


def measure_warm(bench: Bench) -> dict[str, Any]:
    """Create with a full pool against one INSERT and one SET, in turns; no worker runs."""
    ones, at_once, blocks = (20, 30, 2) if bench.quick else (100, 100, 3)
    with psycopg.connect(bench.system.database_url) as connection:
        connection.execute("CREATE TABLE public.bare (id uuid PRIMARY KEY, name text)")
    fill(bench.parts, ones + 4 + blocks * at_once)
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
            for name, call in (("bare", insert), ("create", create)) * blocks:
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
    """Measure from create with an empty pool to an active session, against the clone alone."""
    rounds = 5 if bench.quick else 25
    _empty(bench)
    waits, clones = [], []
    with bench.system.process(sys.executable, "-m", "jobs.worker"):
        for _ in counted(range(rounds + 2), "cold"):
            waits.append(timed(lambda: _open_and_wait(bench)))
            _end_all(bench)  # the drops that follow are not part of the next wait
            clones.append(_clone_alone(bench))
    cold, alone = summary(waits[2:]), summary(clones[2:])  # the first ones start the worker
    extra = round(cold["median_ms"] - alone["median_ms"], 2)
    return {"create until active": cold, "clone alone": alone, "more_ms": extra}


def _open_and_wait(bench: Bench) -> None:
    session = bench.parts.sessions.open(ACCOUNT, VISITOR).session
    while session.status.value == "pending":
        time.sleep(0.005)
        session = bench.parts.sessions.fetch(session.session_id)
    assert session.status.value == "active", session


def _end_all(bench: Bench) -> None:
    """End the sessions, and wait until the worker has dropped their schemas."""
    with psycopg.connect(bench.system.database_url, autocommit=True) as connection:
        active = connection.execute(
            "SELECT session_id FROM control.demo_sessions WHERE status = 'active'"
        )
        for (secret,) in active.fetchall():
            bench.parts.sessions.end(secret)
        while connection.execute("SELECT FROM control.tenants WHERE state = 'dropping'").fetchone():
            time.sleep(0.02)


def _empty(bench: Bench) -> None:
    with psycopg.connect(bench.system.database_url) as connection:
        ready = "SELECT id FROM control.tenants WHERE is_demo AND state = 'ready'"
        tenants = [row[0] for row in connection.execute(ready)]
        connection.execute(
            "UPDATE control.tenants SET state = 'dropping' WHERE is_demo AND state = 'ready'"
        )
    for tenant_id in tenants:
        drop_tenant(bench.parts, tenant_id)


def _clone_alone(bench: Bench) -> float:
    tenant_id = register(bench.parts)
    tenant = bench.parts.pool.find(tenant_id)
    assert tenant is not None
    with psycopg.connect(bench.system.database_url, autocommit=True) as connection:
        took = timed(lambda: run_current_plan(connection, tenant))
        drop_schema(connection, tenant.schema_name)
        connection.execute("DELETE FROM control.tenants WHERE id = %s", [tenant_id])
    return took


def measure_reset(bench: Bench) -> dict[str, Any]:
    """A reset of a hundred changed rows against a fresh clone, each time of another session."""
    rounds = 5 if bench.quick else 25
    open_sessions(bench.parts, rounds + 1)
    parts = bench.parts
    resets, clones = [], []
    with psycopg.connect(bench.system.database_url, autocommit=True) as connection:
        active = connection.execute(
            "SELECT id, 'demo_' || replace(virtual_tenant_id::text, '-', '')"
            " FROM control.demo_sessions WHERE status = 'active' LIMIT %s",
            [rounds + 1],
        )
        for session, schema in counted(active.fetchall(), "reset"):
            connection.execute(
                f"UPDATE {schema}.sale_lines SET quantity = quantity + 1 WHERE ctid IN"
                f" (SELECT ctid FROM {schema}.sale_lines LIMIT 100)"
            )
            resets.append(timed(lambda session=session: _reset(parts, session)))
            clones.append(_clone_alone(bench))
    reset, clone = summary(resets[1:]), summary(clones[1:])  # the first ones open connections
    return {"reset of 100 rows": reset, "clone alone": clone, "ratio": ratio(reset, clone)}


def _reset(parts: Parts, session: UUID) -> None:
    target = fetch_target(parts, session)
    assert target is not None, "the session is not active"
    restore_in_place(parts, target)


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

    for name, found in figures.items():
        rows(name, {key: item for key, item in found.items() if key not in ("before", "after")})
    Console(width=100).print(table)
