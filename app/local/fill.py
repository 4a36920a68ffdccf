"""Fills the stack's database: the control schema, the demo accounts, the templates."""

from sqlalchemy import Engine

from app.control.sessions.accounts import ensure_accounts
from app.demo import Demo, SeedError
from app.local.errors import LocalStackError
from app.local.steps import Steps
from app.migrations import upgrade_control


def fill_database(engine: Engine, steps: Steps, demo: Demo) -> None:
    """Migrate and seed; quick when both were done by an earlier start.

    Raises:
        LocalStackError: the seeds could not be loaded.
    """
    seeds = demo.load_seeds()
    with steps.step("Migrations"), engine.begin() as connection:
        upgrade_control(connection)
    try:
        with steps.step("Demo accounts"):
            ensure_accounts(engine, demo)
        if seeds is not None:
            with steps.progress("Templates and their data") as report:
                seeds(engine, demo, demo.today(), report)
    except SeedError as error:
        raise LocalStackError(str(error)) from error


def list_accounts(demo: Demo) -> dict[str, str]:
    """The public demo accounts: account type, and what to log in with."""
    return {
        account.account_type: f"{account.email} / {account.password}" for account in demo.accounts
    }
