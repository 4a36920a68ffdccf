"""`flask demo migrate`: control, templates, then what to do with sessions that are open."""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from app.control.operators.display import show_json, show_rows
from app.control.operators.migrate import (
    Kind,
    Migrated,
    list_outdated,
    list_schemas,
    migrate_control,
    migrate_schemas,
    sentence,
)
from app.control.services import ControlServices, current_services


@click.command()
@click.option(
    "--sessions",
    type=click.Choice(["keep", "migrate", "end"]),
    default="keep",
    show_default=True,
    help="What to do with open sessions of an older revision.",
)
@click.option("--at-once", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@with_appcontext
def migrate(sessions: str, at_once: int, as_json: bool) -> None:
    """Bring every schema to its newest revision.

    Ready tenants of an older revision are replaced by the pool. Exit 1 when a schema failed:
    the others are done, and the command can be run again.
    """
    services = current_services()
    report = [migrate_control(_owner(services))]
    if report[0].outcome != "failed":
        try:
            report += _migrate_tenants(services, sessions, at_once)
        except SQLAlchemyError as error:
            raise click.ClickException(f"Postgres: {error}") from error
    failed = [item for item in report if item.outcome == "failed"]
    if as_json:
        show_json([item.as_dict() for item in report])
    else:
        _tell(report)
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(report)} schemas failed: run it again.")


def _owner(services: ControlServices) -> Any:
    from app.database.engines import make_engine

    return make_engine(services.settings)


def _migrate_tenants(services: ControlServices, sessions: str, at_once: int) -> list[Migrated]:
    """Templates first: what is opened from then on is of the newest revision."""
    templates, _ = list_schemas(services.engine)
    report = _run(services, "template", templates, at_once)
    _, live = list_schemas(services.engine)
    if sessions == "migrate":
        return report + _migrate_sessions(services, live, at_once)
    outdated = list_outdated(services.engine)
    report += [Migrated("session", schema, "current") for schema in live if schema not in outdated]
    if sessions == "keep":
        return report + [Migrated("session", schema, "kept") for schema in outdated]
    return report + [_end(services, schema, secret) for schema, secret in outdated.items()]


def _migrate_sessions(
    services: ControlServices, live: Sequence[str], at_once: int
) -> list[Migrated]:
    """Migrate the open sessions, then those that were given an older tenant meanwhile."""
    report: list[Migrated] = []
    while live:
        report += _run(services, "session", live, at_once)
        seen = {item.schema for item in report}
        live = [schema for schema in list_outdated(services.engine) if schema not in seen]
    return report


def _end(services: ControlServices, schema: str, secret: str) -> Migrated:
    try:
        services.sessions.end(secret, ended_by="migration")
    except Exception as error:
        return Migrated("session", schema, "failed", sentence(error))
    return Migrated("session", schema, "ended")


def _run(
    services: ControlServices, kind: Kind, schemas: Sequence[str], at_once: int
) -> list[Migrated]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars = Progress(*columns, console=console, transient=True) if console.is_terminal else None
    with bars or nullcontext():
        task = bars.add_task(f"{kind}s", total=len(schemas)) if bars else None

        def progress(_: Migrated) -> None:
            if bars is not None and task is not None:
                bars.advance(task)

        return migrate_schemas(
            services.settings.owner_url,
            kind,
            schemas,
            services.demo.tables,
            at_once=at_once,
            progress=progress,
        )


def _tell(report: Sequence[Migrated]) -> None:
    shown = [item.as_dict() for item in report if item.outcome == "failed"]
    counts = Counter((item.kind, item.outcome) for item in report)
    rows = [{"kind": k, "outcome": o, "schemas": n} for (k, o), n in sorted(counts.items())]
    show_rows("Migrated", rows, "Nothing to migrate.")
    if shown:
        show_rows("Failed", shown, "")
