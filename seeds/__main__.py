"""The command line: `python -m seeds [users|tenants|inventory|all] [--at …] [--json]`."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from psycopg import Error as PsycopgError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from app.clock import shift_clock
from app.control.pool.reopening import reopen_templates
from app.control.scenarios.renewal import renew_saved, without_saved
from app.control.sessions.accounts import ensure_accounts
from app.database.engines import engine_url
from app.demo import Demo, SeedError, demo_of
from app.settings.table import ConfigurationError, load_settings
from app.tls_advice import with_advice
from seeds.loading.load import LoadedTemplate, ensure_templates, ensure_tenants
from seeds.loading.load import Progress as Report
from seeds.loading.locks import ensure_control
from seeds.values import MADRID

DONE, FAILED, MISUSED = 0, 1, 2
STEPS = ("users", "tenants", "inventory", "all")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step or all; 0 when done, 1 when something failed, 2 when asked wrongly."""
    options = _parse(arguments)
    try:
        settings = load_settings()
        shift_clock(settings.demo_clock_shift_minutes)
        demo = demo_of(settings)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return MISUSED
    engine = create_engine(
        engine_url(settings.owner_url),
        poolclass=NullPool,
        connect_args={"prepare_threshold": None, "application_name": "masa-madre seeds"},
    )
    try:
        outcome = _run(engine, demo, options)
    except (SeedError, SQLAlchemyError, PsycopgError) as error:
        sys.stderr.write(f"{with_advice(str(error))}\n")
        return FAILED
    if options.json:
        sys.stdout.write(json.dumps(outcome, ensure_ascii=False, indent=2) + "\n")
    return DONE


def _parse(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="python -m seeds", description="Load the demo data.")
    parser.add_argument("step", nargs="?", choices=STEPS, default="all", help="default: all")
    parser.add_argument(
        "--at",
        type=_moment,
        default=None,
        metavar="YYYY-MM-DD[THH:MM]",
        help="the moment in Madrid that the demo data show; default: now; of a day: ten o'clock",
    )
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")
    return parser.parse_args(arguments)


def _moment(value: str) -> datetime:
    try:
        if len(value) == len("2026-03-28"):
            return datetime.combine(date.fromisoformat(value), time(10), MADRID)
        return datetime.fromisoformat(value).replace(tzinfo=MADRID)
    except ValueError:
        message = f"{value!r} is not a date like 2026-03-28, nor a moment like 2026-03-28T17:30"
        raise ArgumentTypeError(message) from None


def _run(engine: Engine, demo: Demo, options: Namespace) -> dict[str, list[dict[str, Any]]]:
    outcome: dict[str, list[dict[str, Any]]] = {}
    console = Console(stderr=options.json)
    with engine.begin() as connection:
        ensure_control(connection)
    demo = without_saved(engine, demo)
    if options.step in ("users", "all"):
        accounts = ensure_accounts(engine, demo)
        outcome["users"] = [asdict(account) for account in accounts]
        for account in accounts:
            _say(console, f"{account.email}: {'written' if account.changed else 'unchanged'}")
    if options.step in ("tenants", "all"):
        tenants = ensure_tenants(engine, demo)
        outcome["tenants"] = [asdict(tenant) for tenant in tenants]
        for tenant in tenants:
            _say(console, f"{tenant.schema_name}: {'made' if tenant.changed else 'there'}")
    if options.step in ("inventory", "all"):
        reopen_templates(engine, demo.tables)
        with _progress(console) as report:
            templates = ensure_templates(engine, demo, options.at or demo.now(), report)
        for name in renew_saved(engine, demo):
            _say(console, f"{name}: moved on")
        outcome["inventory"] = [asdict(template) for template in templates]
        for template in templates:
            _say(console, _sentence(template))
    return outcome


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def _sentence(template: LoadedTemplate) -> str:
    state = "loaded" if template.changed else "unchanged"
    return f"{template.schema_name}: version {template.version}, {template.rows} rows, {state}"


@contextmanager
def _progress(console: Console) -> Iterator[Report | None]:
    """A bar for each template on a terminal; elsewhere the closing lines are enough."""
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done)

        yield report


if __name__ == "__main__":
    sys.exit(main())
