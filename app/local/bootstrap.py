"""Brings the database to where the processes can serve it: `python -m app.local.bootstrap`.

`make demo` runs it as a process of its own. To stop it in the middle it is killed, and Postgres
rolls back what was open: an exception out of a signal handler could end up anywhere in a driver.
"""

import sys

from rich.console import Console
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from app.clock import shift_clock
from app.control.pool.reopening import reopen_templates
from app.control.sessions.accounts import ensure_accounts
from app.database.engines import engine_url
from app.demo import Demo, SeedError, demo_of
from app.local.steps import Steps
from app.migrations import upgrade_control
from app.settings.table import ConfigurationError, load_settings


def bootstrap(database_url: str, demo: Demo, steps: Steps) -> None:
    """Migrate, then make accounts and templates; quick when an earlier start did it.

    The templates of scenarios are left to the scheduler, so that the pages are there sooner.
    """
    seeds = demo.load_seeds()
    engine = create_engine(engine_url(database_url), connect_args={"prepare_threshold": None})
    with steps.step("Migrations"), engine.begin() as connection:
        upgrade_control(connection)
    with steps.step("Demo accounts"):
        ensure_accounts(engine, demo)
    reopen_templates(engine, demo.tables)
    if seeds is not None:
        with steps.step("Templates and their data", bar=True) as report:
            seeds(engine, demo.without_scenarios(), demo.now(), report)


if __name__ == "__main__":
    try:
        settings = load_settings()
        shift_clock(settings.demo_clock_shift_minutes)
        demo = demo_of(settings)
        bootstrap(settings.owner_url, demo, Steps(Console()))
    except (ConfigurationError, SeedError) as error:
        sys.exit(str(error))
    except DBAPIError as error:
        sys.exit(f"The database cannot be made ready: {error.orig}")
