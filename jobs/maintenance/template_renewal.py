"""Keeps the demo's data fresh: every template tells the story of the present day.

The seeds are run for the day instead of shifting what is there. A shift by days would put what
happened on Mondays on Tuesdays, and a shift by whole weeks would leave the data up to six days old.
The template gets a new version, which the pool then takes over bit by bit.
"""

from datetime import datetime

import structlog
from sqlalchemy import Engine

from app.demo import Demo
from app.migrations import tenant_head
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_SQL = load_statements("jobs.maintenance", "template_renewal")
_STALE = _SQL["stale"]
_NOTE = _SQL["note"]


def renew(engine: Engine, demo: Demo, now: datetime | None = None) -> list[str]:
    """Rebuild the templates that are of another day; costs one query when none is.

    Templates that are not of the demo's seeds are left alone: their owners know their dates.
    The default is the present moment in the demo's time zone.
    """
    seeds = demo.load_seeds()
    if seeds is None:
        return []
    now = now or demo.now()
    today = now.date()
    seeded = {"today": today, "seeded": [one.key for one in demo.templates]}
    with engine.connect() as connection:
        stale = connection.scalar(_STALE, seeded)
    if not stale:
        return []
    renewed = [item.schema_name for item in seeds(engine, demo, now) if item.changed]
    tree = demo.tables.migrations
    revision = None if tree is None else tenant_head(tree)
    with engine.begin() as connection:
        connection.execute(_NOTE, seeded | {"revision": revision})
    log.info("templates renewed", action="templates_renewed", templates=renewed, day=str(today))
    return renewed
