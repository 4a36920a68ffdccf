"""Bringing bakeries forward: what a look costs after two minutes, ten and an hour, and a clone."""

import json
from datetime import datetime, timedelta

import psycopg
from psycopg import sql
from rich.console import Console
from sqlalchemy import NullPool, create_engine

from app.bakery.living.service import bring_forward
from app.control.timelines import fetch_timeline
from app.database.engines import engine_url
from app.demo import load_demo
from app.local.postgres import PostgresServer
from app.migrations import upgrade_control
from schema_tools import compile_plan, drop_schema
from seeds import ensure_templates
from seeds.values import MADRID
from tests.bench.figures import BUILD, machine, summary, timed
from tests.conftest import scratch_directory

SEEDED_AT = datetime(2026, 11, 25, 10, 30, tzinfo=MADRID)
GAPS = {"2 minutes": 2, "10 minutes": 10, "an hour": 60}


def run(quick: bool) -> None:
    """Print a table; JSON goes to build/bench/living.json."""
    rounds = 10 if quick else 40
    with scratch_directory("bench-") as home:
        server = PostgresServer(home)
        server.start()
        try:
            found = _measure(server.ensure_database("bench"), rounds)
        finally:
            server.stop()
    say = Console(highlight=False).print
    for name, figures in found.items():
        say(f"  {name:<56} {figures['median_ms']:8.2f} ms")
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / "living.json"
    path.write_text(json.dumps({"machine": machine(), "living": found}, indent=2))


def _measure(url: str, rounds: int) -> dict[str, dict[str, float]]:
    demo = load_demo(scenarios="none")
    engine = create_engine(
        engine_url(url), poolclass=NullPool, connect_args={"prepare_threshold": None}
    )
    with engine.begin() as connection:
        upgrade_control(connection)
    seconds: dict[str, list[float]] = {}
    for template in ensure_templates(engine, demo, SEEDED_AT):
        name = template.schema_name
        timeline = fetch_timeline(engine, name, template.version)
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as raw:
            plan = compile_plan(raw, name)
            for _ in range(rounds):
                seconds.setdefault(f"{name}: clone", []).append(
                    timed(lambda plan=plan, raw=raw: plan.run(raw, "bench_copy", statistics=False))
                )
                drop_schema(raw, "bench_copy")
                for words, minutes in GAPS.items():
                    now = SEEDED_AT + timedelta(minutes=minutes)
                    key = f"{name}: forward {words}"
                    seconds.setdefault(key, []).append(_forward(raw, name, timeline, now))
                key = f"{name}: nothing due"
                seconds.setdefault(key, []).append(_forward(raw, name, timeline, SEEDED_AT))
    return {name: summary(values) for name, values in seconds.items()}


def _forward(raw, schema, timeline, now) -> float:
    """Bring a schema forward, and undo it."""
    with raw.transaction(force_rollback=True):
        path = sql.SQL("{}, pg_temp").format(sql.Identifier(schema)).as_string(raw)
        raw.execute("SELECT set_config('search_path', %s, true)", [path])
        return timed(lambda: bring_forward(raw, timeline, now))
