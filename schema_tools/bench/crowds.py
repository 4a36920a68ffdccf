"""How cloning bears company: several at once, and many schemas that live already."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import Connection, sql

from ..drop import drop_schema
from ..plan import ClonePlan


def measure_at_once(url: str, plan: ClonePlan, clients: int, rounds: int) -> dict[str, float]:
    """Clones in a second, when so many clients clone without a pause."""

    def work(client: int) -> None:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            for number in range(rounds):
                plan.run(connection, f"bench_at_once_{client}_{number}")

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, range(clients)))
    seconds = time.perf_counter() - started
    with psycopg.connect(url, autocommit=True) as connection:
        for client in range(clients):
            for number in range(rounds):
                drop_schema(connection, f"bench_at_once_{client}_{number}")
    return {"clients": clients, "clones_per_second": round(clients * rounds / seconds, 2)}


def measure_among(
    connection: "Connection[Any]", plan: ClonePlan, live: int, rounds: int
) -> dict[str, float]:
    """Medians of clone and drop with so many schemas in the database; they stay."""
    have = connection.execute(
        "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname LIKE 'bench_live_%'"
    ).fetchone()
    assert have is not None
    for number in range(int(have[0]), live):
        plan.run(connection, f"bench_live_{number}", statistics=False)
    clones, drops = [], []
    for _ in range(rounds):
        clones.append(plan.run(connection, "bench_among").seconds)
        started = time.perf_counter()
        drop_schema(connection, "bench_among")
        drops.append(time.perf_counter() - started)
    return {
        "live": live,
        "clone_ms": round(statistics.median(clones) * 1000, 1),
        "drop_ms": round(statistics.median(drops) * 1000, 1),
    }


def drop_live(connection: "Connection[Any]") -> None:
    """Drop what `measure_among` left."""
    rows = connection.execute(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname LIKE 'bench_live_%'"
    ).fetchall()
    for (name,) in rows:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
