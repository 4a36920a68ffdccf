"""Measures clone, lease, request and drop with few and many sessions, in turns on two systems.

One system keeps ten sessions, the other grows. What else the machine does hits both alike, so the
ratio is that of the sessions.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select

from app.control.models import Tenant
from app.control.pool.tenant_pool import register_clone
from app.control.sessions.session_view import Visitor
from jobs.clones.cloning import clone_tenant
from jobs.maintenance.dropping import drop_tenant
from tests.acceptance.client import Prospect
from tests.bench.figures import counted, ratio, summary, timed, write_curves
from tests.bench.system import parts_of, served, servers
from tests.fixtures.live import LiveSystem
from tests.fixtures.parts import Parts

ACCOUNT = "individual_bakery"
VISITOR = Visitor("192.0.2.1", "bench")
LIST = "/api/inventory/ingredients"
REQUESTS = 5
MEASURES = ("clone", "lease", "request", "drop")


@dataclass(frozen=True)
class Side:
    """One of the systems, with its web server."""

    parts: Parts
    url: str


def register(parts: Parts) -> UUID:
    """A tenant that is about to be cloned."""
    with parts.engine.begin() as connection:
        is_template = Tenant.is_demo_template & (Tenant.account_type == ACCOUNT)
        template = connection.execute(select(Tenant.id, Tenant.name).where(is_template)).one()
        return register_clone(connection, template.id, template.name, ACCOUNT)


def clone(parts: Parts, tenant_id: UUID) -> None:
    """Clone the tenant as the job does, on one of several systems."""
    tenant = parts.pool.find(tenant_id)
    assert tenant is not None
    clone_tenant(parts, tenant)


def fill(parts: Parts, count: int, title: str = "cloning") -> None:
    """Have so many tenants ready."""
    with ThreadPoolExecutor(2) as threads:
        done = threads.map(
            lambda tenant: clone(parts, tenant), [register(parts) for _ in range(count)]
        )
        for _ in counted(range(count), title):
            next(done)


def open_sessions(parts: Parts, count: int) -> None:
    """Have so many sessions open."""
    with parts.engine.connect() as connection:
        live = connection.exec_driver_sql(
            "SELECT count(*) FROM control.demo_sessions WHERE status = 'active'"
        ).scalar_one()
    fill(parts, max(0, count - live), f"cloning, to {count} sessions")
    for _ in range(count - live):
        parts.sessions.open(ACCOUNT, VISITOR)


@contextmanager
def grown_and_small(system: LiveSystem, parts: Parts) -> Iterator[tuple[Side, Side]]:
    """Both systems and their web servers; afterwards this process uses the first's services."""
    with (
        servers() as other,
        served(system, "wsgi:application") as url,
        served(other, "wsgi:application") as other_url,
    ):
        yield Side(parts, url), Side(parts_of(other), other_url)
    parts_of(system)


def measure_scale(system: LiveSystem, parts: Parts, quick: bool) -> dict[str, Any]:
    """Clone, lease, request and drop while 10, 200, 1,000 sessions are open."""
    steps, rounds = ((5, 20, 40), 8) if quick else ((10, 200, 1000), 30)
    found: dict[str, Any] = {}
    with grown_and_small(system, parts) as (grown, small):
        open_sessions(small.parts, steps[0])
        for step in steps:
            open_sessions(grown.parts, step)
            found[str(step)] = _compare(grown, small, rounds, step) | sizes(system.database_url)
    first, last = found[str(steps[0])], found[str(steps[-1])]
    _draw(found, steps)
    return {
        **found,
        "last_against_first": {
            f"{name}, by turns with {steps[0]}": last[name]["against_few"] for name in MEASURES
        },
        "mb_per_session": _growth(found, steps, "database_mb"),
        "catalog_mb_per_session": _growth(found, steps, "catalog_mb"),
        "relations_per_session": round(
            (last["relations"] - first["relations"]) / (steps[-1] - steps[0])
        ),
    }


def _growth(found: dict[str, Any], steps: tuple[int, ...], name: str) -> float:
    grown = found[str(steps[-1])][name] - found[str(steps[0])][name]
    return round(grown / (steps[-1] - steps[0]), 3)


def _compare(grown: Side, small: Side, rounds: int, step: int) -> dict[str, Any]:
    many: dict[str, list[float]] = {name: [] for name in MEASURES}
    few: dict[str, list[float]] = {name: [] for name in MEASURES}
    for number in counted(range(rounds + 2), f"measuring at {step} sessions"):
        turns = [(grown, many), (small, few)]
        for side, times in turns if number % 2 else reversed(turns):
            taken = _one_life(side)
            if number >= 2:  # the first ones warm up
                for name in MEASURES:
                    times[name] += taken[name]
    return {
        name: {
            **summary(many[name]),
            "few": summary(few[name]),
            "against_few": ratio(summary(many[name]), summary(few[name])),
        }
        for name in MEASURES
    }


def _one_life(side: Side) -> dict[str, list[float]]:
    """A session from its clone to its drop, while the others stay."""
    parts = side.parts
    tenant_id = register(parts)
    taken = {"clone": [timed(lambda: clone(parts, tenant_id))]}
    opened, lease = _timed_result(lambda: parts.sessions.open(ACCOUNT, VISITOR))
    visitor = Prospect(side.url, token=opened.token)
    assert visitor.get(LIST).status == 200
    taken["lease"] = [lease]
    taken["request"] = [timed(lambda: visitor.get(LIST)) for _ in range(REQUESTS)]
    ended = parts.sessions.end(opened.session.session_id)
    taken["drop"] = [timed(lambda: drop_tenant(parts, ended.tenant_id))]
    return taken


def _timed_result(call: Callable[[], Any]) -> tuple[Any, float]:
    results: list[Any] = []
    taken = timed(lambda: results.append(call()))
    return results[0], taken


def _draw(found: dict[str, Any], steps: tuple[int, ...]) -> None:
    times = {
        name: [(step, found[str(step)][name]["median_ms"]) for step in steps] for name in MEASURES
    }
    write_curves("lifecycle-scale", "Milliseconds by open sessions", "open sessions", times)
    ratios = {
        name: [(step, found[str(step)][name]["against_few"]) for step in steps] for name in MEASURES
    }
    title = f"Times those at {steps[0]} sessions, measured by turns"
    write_curves("lifecycle-scale-ratio", title, "open sessions", ratios)
    disk = {
        name: [(step, found[str(step)][f"{name}_mb"]) for step in steps]
        for name in ("database", "catalog")
    }
    write_curves("lifecycle-disk", "Megabytes by open sessions", "open sessions", disk)


def sizes(database_url: str) -> dict[str, float]:
    """Megabytes of the database and of its catalog, and how many relations there are."""
    with psycopg.connect(database_url) as connection:
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
