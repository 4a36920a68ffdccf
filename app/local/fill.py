"""Fills the stack's database: the control schema, the demo accounts, the templates."""

from datetime import datetime

from sqlalchemy import Engine

from app.local.errors import LocalStackError
from app.local.steps import Steps
from app.migrations import upgrade_control
from seeds import SeedError, ensure_accounts, ensure_templates
from seeds.templates import PROFILES
from seeds.values import MADRID


def fill_database(engine: Engine, steps: Steps) -> None:
    """Migrate and seed; quick when both were done by an earlier start.

    Raises:
        LocalStackError: the seeds could not be loaded.
    """
    with steps.step("Migrations"), engine.begin() as connection:
        upgrade_control(connection)
    try:
        with steps.step("Demo accounts"):
            ensure_accounts(engine)
        with steps.progress("Templates and their data") as report:
            ensure_templates(engine, datetime.now(MADRID).date(), report)
    except SeedError as error:
        raise LocalStackError(str(error)) from error


def list_accounts() -> dict[str, str]:
    """The public demo accounts: business model, and what to log in with."""
    return {
        profile.account_type.value: f"{profile.owner_email} / {profile.password}"
        for profile in PROFILES
    }
