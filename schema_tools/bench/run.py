"""Runs the benchmarks in a database of their own and writes down what came out."""

import json
import platform
import resource
import shutil
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

import psycopg
from psycopg import Connection, sql

from ..compiler.compiler import compile_plan
from .crowds import drop_live, measure_among, measure_at_once
from .templates import make_template
from .ways import Bench, ways_for

DATABASE = "schema_tools_bench"


@dataclass(frozen=True)
class Options:
    """What to measure. `sizes` are pairs of tables and megabytes; `sources` live in `url`."""

    url: str
    sources: tuple[str, ...]
    sizes: tuple[tuple[int, float], ...]
    rounds: int
    at_once: tuple[int, ...]
    live: tuple[int, ...]
    bindir: Path | None
    clone_schema_sql: Path | None
    output: Path


def run_benchmarks(options: Options, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything; gives what was also written to the output as JSON."""
    results: dict[str, Any] = {"machine": platform.platform(), "templates": [], "notes": []}
    for source in options.sources:
        with psycopg.connect(options.url, autocommit=True, prepare_threshold=None) as connection:
            results["postgres"] = connection.info.server_version
            bench = _bench(options, options.url, connection, source)
            _measure(bench, source, options.rounds, results, tell, databases=False)
    for tables, megabytes in options.sizes:
        label = f"{tables} tables, {megabytes:g} MB"
        with _own_database(options.url) as (url, connection):
            results["postgres"] = connection.info.server_version
            make_template(connection, "bench_source", tables, megabytes)
            bench = _bench(options, url, connection, "bench_source")
            _measure(bench, label, options.rounds, results, tell, databases=True)
    _measure_crowds(options, results, tell)
    results["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for note in dict.fromkeys(results["notes"]):
        tell(note)
    tell(f"peak memory of this process: {results['peak_memory_mb']} MB")
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "schema_tools.json"
    path.write_text(json.dumps(results, indent=2), encoding="utf-8")
    return results


def _bench(options: Options, url: str, connection: "Connection[Any]", source: str) -> Bench:
    bindir = options.bindir
    if bindir is None and shutil.which("pg_dump") and shutil.which("psql"):
        bindir = Path(str(shutil.which("pg_dump"))).parent
    return Bench(url, connection, source, bindir, options.clone_schema_sql)


def _measure(
    bench: Bench,
    label: str,
    rounds: int,
    results: dict[str, Any],
    tell: Callable[[str], None],
    *,
    databases: bool,
) -> None:
    """Every way in turn, round after round, so that a noisy moment hits all alike."""
    ways, missing = ways_for(bench)
    results["notes"] += missing
    times: dict[str, list[float]] = {
        name: [] for name in ways if databases or not name.startswith("database")
    }
    for _ in range(rounds):
        for name in list(times):
            try:
                times[name].append(ways[name]())
            except (psycopg.Error, SubprocessError, OSError, ValueError) as error:
                results["notes"].append(f"{name} failed on {label}: {error}")
                del times[name]
    medians = {name: statistics.median(found) for name, found in times.items()}
    floor = medians["floor"]
    results["templates"].append(
        {
            "template": label,
            "ms": {name: round(seconds * 1000, 1) for name, seconds in medians.items()},
            "ratio_to_floor": {name: round(s / floor, 2) for name, s in medians.items()},
        }
    )
    tell(f"\n{label}")
    for name, seconds in medians.items():
        tell(f"  {name:<26} {seconds * 1000:9.1f} ms  {seconds / floor:6.2f} × floor")


def _measure_crowds(options: Options, results: dict[str, Any], tell: Callable[[str], None]) -> None:
    with _own_database(options.url) as (url, connection):
        make_template(connection, "bench_source", 10, 1)
        plan = compile_plan(connection, "bench_source")
        results["at_once"] = [
            measure_at_once(url, plan, clients, options.rounds * 2) for clients in options.at_once
        ]
        for row in results["at_once"]:
            tell(f"{row['clients']} at once: {row['clones_per_second']} clones a second")
        results["among"] = []
        for live in options.live:
            row = measure_among(connection, plan, live, options.rounds)
            results["among"].append(row)
            tell(f"among {live} schemas: clone {row['clone_ms']} ms, drop {row['drop_ms']} ms")
        drop_live(connection)


@contextmanager
def _own_database(url: str) -> Iterator[tuple[str, "Connection[Any]"]]:
    """A fresh database on the server, gone afterwards."""
    name = sql.Identifier(DATABASE)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    own = psycopg.conninfo.make_conninfo(url, dbname=DATABASE)
    try:
        with psycopg.connect(own, autocommit=True, prepare_threshold=None) as connection:
            yield own, connection
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
