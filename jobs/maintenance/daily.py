"""Does what a demo's app does once a day for each tenant that is not a demo.

A demo is left out: what happens in it is its visitor's, or in its template's timeline. A tenant for
which it fails is left as it was; the others have theirs.
"""

import structlog
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.demo import DailyTask, Demo
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_REAL_TENANTS = load_statements("jobs.maintenance", "daily")["real_tenants"]
_PATH = text("SELECT set_config('search_path', :path, true)")


def run_daily(engine: Engine, demo: Demo) -> dict[str, int]:
    """Run the demo's daily tasks, each tenant and task in a transaction of its own.

    Return how many tenants there are, how much the tasks did, and how often one failed.
    """
    report = {"tenants": 0, "done": 0, "failed": 0}
    with engine.connect() as connection:
        tenants = connection.execute(_REAL_TENANTS).all()
    for schema, account_type in tenants:
        report["tenants"] += 1
        for task in demo.load_daily():
            try:
                report["done"] += _run(engine, schema, account_type, task)
            except Exception:
                report["failed"] += 1
                log.exception("left as it was", action="daily_failed", schema=schema)
    return report


def _run(engine: Engine, schema: str, account_type: str, task: DailyTask) -> int:
    path = sql.SQL("{}, pg_temp").format(sql.Identifier(schema)).as_string()
    with Session(engine) as session, session.begin():
        session.execute(_PATH, {"path": path})
        return task(session, account_type)
