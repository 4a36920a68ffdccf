"""Keeps the demo's data fresh: every template ends on the present day.

The seeds are run for the day instead of shifting what is there. A shift by days would put Monday's
sales on a Tuesday, and a shift by whole weeks would leave the data up to six days old; the seeds
give every day its own weekday, the same history for the same day, and the template a new version,
which the pool then takes over bit by bit.
"""

from datetime import date

import structlog
from sqlalchemy import Engine, text

from app.migrations import tenant_head
from seeds import ensure_templates

log = structlog.get_logger(__name__)

_STALE = text(
    """
    SELECT count(*) FROM control.tenants
     WHERE is_demo_template AND account_type = ANY (:seeded) AND state = 'ready'
       AND data_on IS DISTINCT FROM :today
    """
)
_NOTE = text(
    """
    UPDATE control.tenants SET data_on = :today, revision = coalesce(revision, :revision)
     WHERE is_demo_template AND account_type = ANY (:seeded) AND state = 'ready'
       AND data_on IS DISTINCT FROM :today
    """
)


def renew(engine: Engine, today: date) -> list[str]:
    """Build the templates anew that do not end on this day; costs one query when all do.

    Templates that are not of the seeds are left alone: their owners know their dates.
    """
    from seeds.templates import PROFILES

    seeded = [profile.account_type.value for profile in PROFILES]
    with engine.connect() as connection:
        stale = connection.scalar(_STALE, {"today": today, "seeded": seeded})
    if not stale:
        return []
    renewed = [item.schema_name for item in ensure_templates(engine, today) if item.changed]
    with engine.begin() as connection:
        connection.execute(_NOTE, {"today": today, "seeded": seeded, "revision": tenant_head()})
    log.info("templates renewed", action="templates_renewed", templates=renewed, day=str(today))
    return renewed
