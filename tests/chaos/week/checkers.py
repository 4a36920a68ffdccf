"""What holds over a week besides: purges, tables of days, templates, logs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.bakery.clock import MADRID
from app.insights.ingest.partitions import DAYS_AHEAD
from app.local.supervisor import LARGEST_LOG, OLD_LOGS
from tests.acceptance.client import Prospect
from tests.chaos.checkers import CHECKERS
from tests.chaos.checkers.model import Checker, Scene

EVENTS_DAYS, RETENTION_DAYS = 2, 1
LONGER = {"statistics", "webhooks"}
"""Checkers that compare what is purged in a week."""
MEGABYTE = 1 << 20


def partitions_of_days(scene: Scene) -> list[str]:
    """Compare the tables of events with the days that they are kept and made ahead."""
    today = datetime.now(UTC).date()
    days = range(-EVENTS_DAYS, DAYS_AHEAD + 1)
    wanted = {f"events_{today + timedelta(days=offset):%Y%m%d}" for offset in days}
    with scene.stack.database() as database:
        rows = database.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'control.events'::regclass"
        )
        found = {str(row[0]).removeprefix("control.") for row in rows}
    return [f"the tables of events are {sorted(found)}"] if found != wanted else []


def templates_are_of_today(scene: Scene) -> list[str]:
    """Look for templates whose data end on another day."""
    today = datetime.now(MADRID).date()
    with scene.stack.database() as database:
        rows = database.execute(
            "SELECT schema_name, data_on FROM control.tenants WHERE is_demo_template"
            " AND state = 'ready' AND data_on IS DISTINCT FROM %s",
            [today],
        )
        return [f"{row[0]} ends on {row[1]}, today is {today}" for row in rows]


def old_rows_are_purged(scene: Scene) -> list[str]:
    """Look for rows of sessions that should be gone; the purge comes once a day."""
    oldest = datetime.now(UTC) - timedelta(days=RETENTION_DAYS + 1, hours=1)
    with scene.stack.database() as database:
        (rows,) = database.execute(
            "SELECT count(*) FROM control.demo_sessions WHERE destroyed_at < %s", [oldest]
        ).fetchone() or (0,)
    return [f"{rows} sessions ended before {oldest}"] if rows else []


def totals_outlive_rows(scene: Scene) -> list[str]:
    """Compare the public figure with what visitors opened."""
    opening = scene.history.opening
    told = Prospect(scene.stack.url).get("/api/demo/stats").json["total_sessions"]
    if opening["done"] <= told <= opening["done"] + opening["unknown"]:
        return []
    return [f"/api/demo/stats says {told} sessions, {dict(opening)} were opened"]


def logs_are_bounded(scene: Scene) -> list[str]:
    """Add up the logs."""
    size = scene.stack.log_bytes()
    most = LARGEST_LOG * (OLD_LOGS + 1)
    return [f"the logs take {size / MEGABYTE:.0f} MB"] if size > most else []


OF_THE_WEEK = (
    Checker(
        "partitions", "Events have a table for each day that is kept or near.", partitions_of_days
    ),
    Checker("renewal", "Every template ends on the present day.", templates_are_of_today),
    Checker("purge", "Rows of ended sessions go when their time is over.", old_rows_are_purged),
    Checker("totals", "The public figures outlive the rows they come from.", totals_outlive_rows),
    Checker("logs", "Logs stay within their bounds.", logs_are_bounded),
)
ALL = (*(each for each in CHECKERS if each.name not in LONGER), *OF_THE_WEEK)


@dataclass
class Day:
    """What a day of the week showed."""

    day: str
    sessions: int
    acknowledged: int
    requests: int
    failures: dict[str, int]
    violations: list[str]
    settled_after: float
    """In real seconds."""
    catalog_mb: float
    log_mb: float
    memory_mb: float
    """Of our processes."""
