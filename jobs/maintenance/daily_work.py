"""Does a day's work in every tenant that is an account of its own; demos do without it.

What a demo's visitor does not ask for by hand would only stand in their way.
"""

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.db import owner_transaction
from app.demo import Demo
from app.sql_blocks import load_statements

log = structlog.get_logger(__name__)

_ACCOUNTS = load_statements("jobs.maintenance", "daily_work")["accounts"]


def do_daily_work(engine: Engine, demo: Demo) -> dict[str, int]:
    """Call the demo's function for each account, in a transaction of its own.

    Return how many accounts were worked for, what was made in all, and how many failed: one that
    fails is left as it was, and the others are worked for all the same.
    """
    work = demo.load_daily()
    report = {"tenants": 0, "made": 0, "failed": 0}
    if work is None:
        return report
    with engine.connect() as connection:
        schemas = list(connection.execute(_ACCOUNTS).scalars())
    for schema in schemas:
        report["tenants"] += 1
        try:
            with owner_transaction(engine, schema) as session:
                report["made"] += work(session)
        except SQLAlchemyError as error:
            report["failed"] += 1
            log.warning("left as it is", action="daily_failed", schema=schema, error=str(error))
    return report
