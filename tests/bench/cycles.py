"""Sessions that come and go by the thousand on a small template: what stays behind in Postgres."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg

from app.control.records import Visitor
from jobs import tasks
from jobs.wiring import Wiring
from tests.bench.figures import ratio, summary, timed, write_curves

SMALL = "small"
SAMPLES = 20


def run_cycles(parts: Wiring, cycles: int, sizes: Callable[[], dict[str, float]]) -> dict[str, Any]:
    """Clone, open, end and drop; the last cycles against those after the first twentieth."""
    _make_template(parts)
    every = max(1, cycles // SAMPLES)
    opens: list[float] = []
    samples: list[dict[str, Any]] = []
    for number in range(1, cycles + 1):
        (tenant_id,) = parts.pool.add_missing(SMALL, 1)
        tasks.clone(tenant_id)
        opened = []
        opens.append(
            timed(
                lambda opened=opened: opened.append(parts.sessions.open(SMALL, Visitor(None, None)))
            )
        )
        parts.sessions.end(opened[0].session.session_id)
        tasks.drop(tenant_id)
        if number % every == 0:
            samples.append({"cycle": number, "create": summary(opens), **sizes()})
            opens = []
    first, last = samples[0], samples[-1]
    for name, unit in (("create", "ms"), ("catalog_mb", "MB"), ("database_mb", "MB")):
        curve = [
            (s["cycle"], s[name]["median_ms"] if name == "create" else s[name]) for s in samples
        ]
        write_curves(f"lifecycle-cycles-{name}", f"{name} ({unit})", "cycles", {name: curve})
    return {
        "cycles": cycles,
        "first": first,
        "last": last,
        "last_against_first": {
            "create": ratio(last["create"], first["create"]),
            "catalog": round(last["catalog_mb"] / first["catalog_mb"], 2),
            "database": round(last["database_mb"] / first["database_mb"], 2),
        },
    }


def _make_template(parts: Wiring) -> None:
    with psycopg.connect(parts.settings.database_url) as connection:
        connection.execute(
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
