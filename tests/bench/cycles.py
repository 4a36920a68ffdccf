"""Measures what thousands of sessions on a small template leave in Postgres.

Every 500 cycles the rows of ended sessions are purged, as they are every night; what is left is
what the server could not clean up by itself.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg

from app.control import statistics
from app.control.sessions.session_view import Visitor
from jobs import tasks
from tests.bench.figures import counted, ratio, summary, timed, write_curves
from tests.bench.scale import sizes
from tests.fixtures.parts import Parts

SMALL = "small"
BLOCK, SAMPLES = 500, 20
"""Figures are taken every 500 cycles; of few cycles twenty times."""
VISITOR = Visitor(None, None)
TIMES = ("create", "clone", "drop", "insert")
BARE = "INSERT INTO public.bare_cycle (id) VALUES (%s)"


def run_cycles(
    parts: Parts, cycles: int, note: Callable[[dict[str, Any]], object] = lambda _: None
) -> dict[str, Any]:
    """Clone, open, end and drop; the last cycles against the first 500.

    `note` is told how it stands after each block: a long run that is ended early has figures.

    `insert` is a statement of its own that has nothing to do with the catalog, one each cycle: by
    it the machine's own ups and downs can be told from the database's.
    """
    url = parts.settings.database_url
    _make_template(url)
    every = BLOCK if cycles >= 2 * BLOCK else max(1, cycles // SAMPLES)
    times: dict[str, list[float]] = {name: [] for name in TIMES}
    samples: list[dict[str, Any]] = []
    with psycopg.connect(url, autocommit=True) as bare:
        for number in counted(range(1, cycles + 1), "cycles"):
            _one_cycle(parts, bare, times)
            if number % every == 0:
                statistics.purge(parts.engine, 0)
                bare.execute("TRUNCATE public.bare_cycle")
                figures = {name: summary(values) for name, values in times.items()}
                samples.append({"cycle": number, **figures, **sizes(url), **_dead(bare)})
                times = {name: [] for name in TIMES}
                _draw(samples)
                note(_report(samples))
    return _report(samples)


def _report(samples: list[dict[str, Any]]) -> dict[str, Any]:
    first, last = samples[0], samples[-1]
    return {
        "cycles": last["cycle"],
        "first": first,
        "last": last,
        "last_against_first": {
            **{name: ratio(last[name], first[name]) for name in TIMES},
            **{name: round(last[name] / first[name], 2) for name in ("catalog_mb", "database_mb")},
        },
        "most": {
            name: max(sample[name] for sample in samples) for name in ("catalog_mb", "database_mb")
        },
        "curve": samples,
    }


def _one_cycle(parts: Parts, bare: "psycopg.Connection", times: dict[str, list[float]]) -> None:
    (tenant_id,) = parts.pool.add_missing(SMALL, 1)
    times["clone"].append(timed(lambda: tasks.clone(str(tenant_id))))
    opened: list[Any] = []
    times["create"].append(timed(lambda: opened.append(parts.sessions.open(SMALL, VISITOR))))
    times["insert"].append(timed(lambda: bare.execute(BARE, [uuid4()])))
    parts.sessions.end(opened[0].session.session_id)
    times["drop"].append(timed(lambda: tasks.drop(str(tenant_id))))


def _dead(connection: "psycopg.Connection") -> dict[str, int]:
    row = connection.execute(
        "SELECT sum(n_dead_tup), sum(autovacuum_count) FROM pg_stat_sys_tables"
        " WHERE schemaname = 'pg_catalog'"
    ).fetchone()
    assert row is not None
    return {"dead_catalog_rows": int(row[0]), "catalog_vacuums": int(row[1])}


def _draw(samples: list[dict[str, Any]]) -> None:
    def curve(name: str) -> list[tuple[float, float]]:
        return [(s["cycle"], s[name]["median_ms"] if name in TIMES else s[name]) for s in samples]

    for name, unit, names in (
        ("time", "Milliseconds", TIMES),
        ("disk", "Megabytes", ("database_mb", "catalog_mb")),
    ):
        curves = {item.removesuffix("_mb"): curve(item) for item in names}
        write_curves(f"lifecycle-cycles-{name}", f"{unit} by cycles", "cycles", curves)


def _make_template(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE public.bare_cycle (id uuid PRIMARY KEY);"
            "CREATE SCHEMA template_small;"
            "CREATE TABLE template_small.bread (id integer PRIMARY KEY, name text);"
            "INSERT INTO template_small.bread SELECT g, 'pan' FROM generate_series(1, 20) AS g"
        )
        connection.execute(
            "INSERT INTO control.tenants (id, name, schema_name, account_type, is_demo,"
            " is_demo_template, state, template_version)"
            " VALUES (%s, 'Pequeña', 'template_small', %s, false, true, 'ready', 1)",
            [uuid4(), SMALL],
        )
