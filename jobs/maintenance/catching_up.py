"""Brings templates and ready tenants forward, so that a visitor's first look has little to do.

A tenant that is leased moves on when its visitor looks. One that cannot be brought forward is left
as it is; the others are brought forward all the same.
"""

from datetime import datetime
from typing import Any

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import Engine

from app.control.timelines import fetch_timeline
from app.demo import Demo
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_STANDING = load_statements("jobs.maintenance", "catching_up")["standing"]
_PATH = "SELECT set_config('search_path', %s, true)"


def catch_up(
    engine: Engine, database_url: str, demo: Demo, now: datetime | None = None
) -> dict[str, int]:
    """Let what is due happen in every template and in every tenant that waits for a visitor.

    The default is the present moment of the demo. Return how many tenants were looked at, how many
    events happened, and how many tenants could not be brought forward.
    """
    bring_forward = demo.load_bring_forward()
    report = {"tenants": 0, "events": 0, "failed": 0}
    if bring_forward is None:
        return report
    moment = now or demo.now()
    with engine.connect() as connection:
        standing = connection.execute(_STANDING).all()
    with psycopg.connect(
        database_url, autocommit=True, prepare_threshold=None, application_name="masa-madre forward"
    ) as raw:
        for schema, template, version in standing:
            report["tenants"] += 1
            timeline = fetch_timeline(engine, template, version)
            try:
                with raw.transaction():
                    raw.execute(_PATH, [_path(raw, schema)])
                    report["events"] += bring_forward(raw, timeline, moment)
            except psycopg.Error as error:
                report["failed"] += 1
                log.warning(
                    "left as it is", action="catch_up_failed", schema=schema, error=str(error)
                )
    return report


def _path(raw: "psycopg.Connection[Any]", schema: str) -> str:
    return sql.SQL("{}, pg_temp").format(sql.Identifier(schema)).as_string(raw)
