"""A schema into another database: ours, `pg_dump -Fd -j | pg_restore -j`, and pgcopydb."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console

from app.local.postgres import PostgresServer, embedded_bindir
from schema_tools import compile_plan
from schema_tools.bench.templates import make_template
from tests.bench.figures import BUILD, machine, ratio, summary, timed
from tests.conftest import scratch_directory

SOURCE = "bench_source"
JOBS = "2"


def run(quick: bool) -> None:
    """Print a table; JSON goes to build/bench/transfer.json."""
    say = Console(highlight=False).print
    figures = {"machine": machine(), "sizes": {}}
    for tables, megabytes in [(10, 1)] if quick else [(10, 1), (30, 30), (30, 300)]:
        label = f"{tables} tables, {megabytes} MB"
        figures["sizes"][label] = measured = _measure(
            tables, megabytes, 1 if megabytes > 100 else 3
        )
        say(f"\n{label}")
        for name, found in measured.items():
            say(
                f"  {name:<26} {found['median_ms']:9.0f} ms"
                f"  {ratio(found, measured['ours, 1 job']):6.2f} × ours"
            )
    figures["machine_after"] = machine()
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "transfer.json").write_text(json.dumps(figures, indent=2))


def _measure(tables: int, megabytes: float, rounds: int) -> dict[str, dict[str, float]]:
    """Every way in turn, round after round."""
    with _server() as (server, home):
        url = server.ensure_database("source")
        with psycopg.connect(url, autocommit=True) as connection:
            make_template(connection, SOURCE, tables, megabytes)
            ways = _ways(server, url, connection, home)
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(rounds):
                for name, way in ways.items():
                    with _fresh(server) as other:
                        times[name].append(timed(lambda way=way, other=other: way(other)))
                        _ensure_copied(connection, other)
    return {name: summary(found) for name, found in times.items()}


def _ways(
    server: PostgresServer, url: str, connection: psycopg.Connection, home: Path
) -> dict[str, Callable[[str], None]]:
    plan = compile_plan(connection, SOURCE)

    def ours(jobs: int) -> Callable[[str], None]:
        def way(other: str) -> None:
            with psycopg.connect(other, autocommit=True) as there:
                plan.run_across(connection, there, SOURCE, jobs=jobs)

        return way

    def dump_and_restore(other: str) -> None:
        folder = home / "dump"
        shutil.rmtree(folder, ignore_errors=True)
        dump = ["pg_dump", "-Fd", "-Z", "0", "-j", JOBS, "-f", folder, "-n", SOURCE, "-d", url]
        restore = ["pg_restore", "-j", JOBS, "-d", other, folder]
        for program, *words in (dump, restore):
            subprocess.run([embedded_bindir() / str(program), *words], check=True)

    ways = {
        "ours, 1 job": ours(1),
        "ours, 2 jobs": ours(2),
        "pg_dump -j2 | pg_restore -j2": dump_and_restore,
    }
    if shutil.which("pgcopydb"):
        ways["pgcopydb, 2 jobs"] = lambda other: _pgcopydb(url, other, home / "pgcopydb")
    else:
        Console().print("pgcopydb was left out: it is not on the PATH")
    return ways


def _pgcopydb(url: str, other: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    words = ["pgcopydb", "clone", "--source", url, "--target", other, "--dir", folder]
    words += ["--table-jobs", JOBS, "--index-jobs", JOBS, "--no-owner", "--no-acl"]
    environment = {**os.environ, "PATH": f"{embedded_bindir()}:{os.environ['PATH']}"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])


@contextmanager
def _server() -> Iterator[tuple[PostgresServer, Path]]:
    with scratch_directory("bench-") as home:
        server = PostgresServer(home)
        server.start()
        try:
            yield server, home
        finally:
            server.stop()


@contextmanager
def _fresh(server: PostgresServer) -> Iterator[str]:
    """An empty database."""
    url = server.ensure_database("other")
    try:
        yield url
    finally:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE other WITH (FORCE)"))


def _ensure_copied(connection: psycopg.Connection, other: str) -> None:
    with psycopg.connect(other) as there:
        rows = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SOURCE, "t0"))
        assert there.execute(rows).fetchone() == connection.execute(rows).fetchone()
