"""Brings the database to where the processes can serve it: `python -m app.local.bootstrap`.

The demo runs it as a process of its own. To stop it in the middle it is killed, and Postgres
rolls back what was open: an exception out of a signal handler could end up anywhere in a driver.
"""

import os
import sys
from datetime import datetime

from rich.console import Console
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from app.engines import engine_url
from app.local.steps import Steps
from app.migrations import upgrade_control
from seeds import SeedError, ensure_accounts, ensure_templates
from seeds.templates import PROFILES
from seeds.values import MADRID


def bootstrap(database_url: str, steps: Steps) -> None:
    """Migrate, then make accounts and templates; quick when an earlier start did it.

    Raises:
        SeedError: the seeds could not be loaded.
        DBAPIError: Postgres refused.
    """
    engine = create_engine(engine_url(database_url), connect_args={"prepare_threshold": None})
    with steps.step("Migrations"), engine.begin() as connection:
        upgrade_control(connection)
    with steps.step("Demo accounts"):
        ensure_accounts(engine)
    with steps.step("Templates and their data", bar=True) as report:
        ensure_templates(engine, datetime.now(MADRID).date(), report)


def list_accounts() -> dict[str, str]:
    """Return the public demo accounts: business model, and what to log in with."""
    return {
        profile.account_type.value: f"{profile.owner_email} / {profile.password}"
        for profile in PROFILES
    }


if __name__ == "__main__":
    try:
        bootstrap(os.environ["DATABASE_URL"], Steps(Console()))
    except SeedError as error:
        sys.exit(str(error))
    except DBAPIError as error:
        sys.exit(f"The database cannot be made ready: {error.orig}")
