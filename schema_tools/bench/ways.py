"""The ways to copy a schema that are compared: each is timed from the call to the commit."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, pq, sql

from ..compiler.compiler import compile_plan
from ..drop import drop_schema
from ..plan import ClonePlan
from ..text import ident

TARGET = "bench_copy"
COPY_DATABASE = "schema_tools_bench_copy"

Way = Callable[[], float]
"""Makes one copy, removes it again, and gives the seconds that the copy took."""


@dataclass
class Bench:
    """A template in a database, and the programs of its server where they are known."""

    url: str
    connection: "Connection[Any]"
    source: str
    bindir: Path | None
    clone_schema_sql: Path | None


@contextmanager
def _timed(seconds: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - started)


def ways_for(bench: Bench) -> tuple[dict[str, Way], list[str]]:
    """Every way that can be had here, and a sentence for each that cannot."""
    plan = compile_plan(bench.connection, bench.source)
    ways: dict[str, Way] = {
        "floor": _floor(bench, plan),
        "kept plan": lambda: _clone(bench, plan),
        "kept plan, no statistics": lambda: _clone(bench, plan, statistics=False),
        "compiling": lambda: _clone(bench, None),
    }
    missing = []
    if bench.bindir is not None:
        bindir = bench.bindir
        ways["pg_dump | psql"] = lambda: _dump_and_restore(bench, bindir)
    else:
        missing.append("pg_dump | psql was left out: give --bindir, where pg_dump and psql are")
    for strategy in ("wal_log", "file_copy"):
        ways[f"database, {strategy}"] = _database_way(bench, strategy)
    if bench.clone_schema_sql is not None:
        bench.connection.execute(bench.clone_schema_sql.read_text().encode())
        ways["pg_clone_schema"] = lambda: _clone_schema(bench)
    else:
        missing.append("pg_clone_schema was left out: PG_CLONE_SCHEMA_SQL does not name its file")
    return ways, missing


def _clone(bench: Bench, plan: ClonePlan | None, *, statistics: bool = True) -> float:
    seconds: list[float] = []
    with _timed(seconds):
        chosen = plan or compile_plan(bench.connection, bench.source)
        chosen.run(bench.connection, TARGET, statistics=statistics)
    drop_schema(bench.connection, TARGET)
    return seconds[0]


def _floor(bench: Bench, plan: ClonePlan) -> Way:
    """The plan's own statements in one message: what no client can be faster than."""
    script = plan.as_script(TARGET).encode()

    def run() -> float:
        seconds: list[float] = []
        with _timed(seconds):
            result = bench.connection.pgconn.exec_(script)
        if result.status == pq.ExecStatus.FATAL_ERROR:
            raise ValueError(result.error_message.decode())
        drop_schema(bench.connection, TARGET)
        return seconds[0]

    return run


def _dump_and_restore(bench: Bench, bindir: Path) -> float:
    """`pg_dump | sed | psql`, with the name replaced as text, as people do it."""
    seconds: list[float] = []
    with _timed(seconds):
        dump = subprocess.Popen(
            [bindir / "pg_dump", "--dbname", bench.url, "--schema", ident(bench.source)],
            stdout=subprocess.PIPE,
        )
        sed = subprocess.Popen(
            ["sed", f"s/{bench.source}/{TARGET}/g"], stdin=dump.stdout, stdout=subprocess.PIPE
        )
        flags = ["--quiet", "--no-psqlrc", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
        subprocess.run(
            [str(bindir / "psql"), *flags, "--dbname", bench.url],
            stdin=sed.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        sed.wait()
        if dump.wait() != 0:
            raise ValueError("pg_dump failed: is it of the server's version? give --bindir")
    bench.connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(TARGET)))
    return seconds[0]


def _database_way(bench: Bench, strategy: str) -> Way:
    def run() -> float:
        database = bench.connection.info.dbname
        seconds: list[float] = []
        admin_url = psycopg.conninfo.make_conninfo(bench.url, dbname="postgres")
        bench.connection.execute("SELECT 1")
        with psycopg.connect(admin_url, autocommit=True) as admin:
            names = {"copy": sql.Identifier(COPY_DATABASE), "source": sql.Identifier(database)}
            command = sql.SQL("CREATE DATABASE {copy} TEMPLATE {source} STRATEGY {way}").format(
                way=sql.SQL(strategy), **names
            )
            with _nobody_in(bench), _timed(seconds):
                admin.execute(command)
            admin.execute(sql.SQL("DROP DATABASE {copy}").format(**names))
        return seconds[0]

    return run


@contextmanager
def _nobody_in(bench: Bench) -> Iterator[None]:
    """Leave the database while it is the template of another: Postgres demands it."""
    bench.connection.close()
    try:
        yield
    finally:
        fresh = psycopg.connect(bench.url, autocommit=True, prepare_threshold=None)
        bench.connection = fresh


def _clone_schema(bench: Bench) -> float:
    seconds: list[float] = []
    with _timed(seconds):
        bench.connection.execute("SELECT clone_schema(%s, %s, 'DATA')", [bench.source, TARGET])
    bench.connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(TARGET)))
    return seconds[0]
