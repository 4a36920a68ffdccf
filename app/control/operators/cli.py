"""The operators' command line: `flask --app wsgi demo …`. Exit 0 done, 1 failed, 2 misused."""

import time
from collections.abc import Sequence

import click

from app.control import statistics
from app.control.models import SessionStatus
from app.control.operators import lookup
from app.control.operators.command import FAILURES, Failed, as_json, command
from app.control.operators.display import show_json, show_rows, show_values
from app.control.operators.doctor.finding import Check
from app.control.operators.doctor_cli import make_doctor
from app.control.operators.migrate_cli import migrate
from app.control.pool.pool_sizing import fetch_pool_targets
from app.control.ports import Maintenance
from app.control.scenarios.cli import scenario
from app.control.services import ControlServices
from app.control.sessions.session_view import Choices, Visitor
from app.demo import BASE
from app.insights.conversions.service import convert
from app.insights.leads.cli import leads
from app.insights.links.cli import link
from app.insights.webhooks.cli import webhook

POOL_COLUMNS = (
    "account_type", "version", "data_on", "ready", "outdated", "cloning", "leased", "leaving",
    "waiting", "target",
)  # fmt: skip

with_secret = click.option(
    "--secret", is_flag=True, help="Print the session id and token, with which anyone may enter."
)


@click.command()
@click.option("--all", "ended_too", is_flag=True, help="Also those that have ended.")
@click.option("--limit", default=50, show_default=True, help="How many, the newest first.")
@as_json
@command
def sessions(services: ControlServices, ended_too: bool, limit: int, as_json: bool) -> None:
    """List sessions."""
    rows = lookup.newest(services.engine, ended_too=ended_too, limit=limit)
    if as_json:
        show_json(rows)
    else:
        show_rows("Sessions", rows, "No session is open." if not ended_too else "No sessions.")


@click.command()
@click.argument("session")
@with_secret
@as_json
@command
def show(services: ControlServices, session: str, secret: bool, as_json: bool) -> None:
    """Show one session. SESSION is its id, the beginning of it, or its secret."""
    _show(services, lookup.find_session_id(services.engine, session), secret, as_json)


def _make_create(account_types: Sequence[str]) -> click.Command:
    @click.command()
    @click.argument("account_type", type=click.Choice(account_types))
    @click.option("--scenario", default=BASE, show_default=True, help="The situation to begin in.")
    @click.option("--wait", default=30.0, show_default=True, help="Seconds to wait for its data.")
    @with_secret
    @as_json
    @command
    def create(
        services: ControlServices,
        account_type: str,
        scenario: str,
        wait: float,
        secret: bool,
        as_json: bool,
    ) -> None:
        """Open a session."""
        names = services.demo.scenario_names(account_type)
        if scenario not in names:
            raise Failed(
                f"{account_type} has no scenario {scenario!r}; it has: {', '.join(names)}."
            )
        visitor = Visitor(None, "flask demo")
        session = services.sessions.open(account_type, visitor, Choices(scenario)).session
        end = time.monotonic() + wait
        while session.status is SessionStatus.PENDING and time.monotonic() < end:
            time.sleep(0.2)
            session = services.sessions.fetch(session.session_id)
        _show(services, session.session_id, secret, as_json)
        if session.status is SessionStatus.FAILED:
            raise Failed("The session's data could not be cloned: see the worker's log.")

    return create


@click.command()
@click.argument("session")
@as_json
@command
def extend(services: ControlServices, session: str, as_json: bool) -> None:
    """Let a session last longer."""
    found = lookup.find_session_id(services.engine, session)
    services.sessions.extend(found)
    _show(services, found, False, as_json)


@click.command()
@click.argument("sessions", nargs=-1, required=True)
@as_json
@command
def destroy(services: ControlServices, sessions: tuple[str, ...], as_json: bool) -> None:
    """End sessions at once; their schemas are dropped soon after."""
    for session in sessions:
        found = lookup.find_session_id(services.engine, session)
        services.sessions.end(found, ended_by="operator")
        _show(services, found, False, as_json)


@click.command()
@click.argument("session")
@click.option("--wait", default=30.0, show_default=True, help="Seconds to wait for its end.")
@as_json
@command
def reset(services: ControlServices, session: str, wait: float, as_json: bool) -> None:
    """Give a session the template's data again; a worker does it."""
    found = lookup.find_session_id(services.engine, session)
    opened = services.sessions.reset(found, wait=wait)
    _show(services, found, False, as_json)
    if opened.reset_is_under_way:
        raise Failed(f"The reset has not ended after {wait:g} seconds; a worker goes on with it.")


@click.command()
@as_json
@command
def pool(services: ControlServices, as_json: bool) -> None:
    """Show the tenants that are ready, and why so many."""
    demands = [item.as_dict() for item in fetch_pool_targets(services.engine, services.settings)]
    if as_json:
        show_json(demands)
        return
    rows = [{name: item[name] for name in POOL_COLUMNS} for item in demands]
    show_rows("Pool", rows, FAILURES["template_missing"])
    for item in demands:
        click.echo(f"{item['account_type']}: {item['reason']}.")


@click.command("stats")
@as_json
@command
def show_stats(services: ControlServices, as_json: bool) -> None:
    """Show figures about all sessions there ever were."""
    figures = statistics.totals(services.engine)
    if as_json:
        show_json(figures)
    else:
        show_values("Statistics", figures)


@click.command()
@click.argument("session")
@as_json
@command
def converted(services: ControlServices, session: str, as_json: bool) -> None:
    """Say that the visitor of a session became a customer."""
    found = lookup.find_session_id(services.engine, session)
    done = convert(services.engine, services.events, found, "operator")
    values = {"session": str(done.session), "converted_at": done.converted_at, "new": done.is_new}
    if as_json:
        show_json(values)
    else:
        show_values("Conversion", values)


def make_group(
    maintenance: Maintenance, account_types: Sequence[str], checks: Sequence[Check] = ()
) -> click.Group:
    """Make the group `demo`, for these account types, this maintenance and the checks of jobs."""

    @click.command()
    @as_json
    @command
    def cleanup(_: ControlServices, as_json: bool) -> None:
        """End what is over, drop what is out of use, fill the pool."""
        report = maintenance.cleanup()
        if as_json:
            show_json(report)
        elif "skipped" in report:
            click.echo("Another cleanup is at work: nothing was done.")
        else:
            show_values("Cleanup", report)
        if report.get("failed_steps"):
            raise Failed(f"{report['failed_steps']} steps of the cleanup failed: see the log.")
        if report.get("not_dropped"):
            raise Failed(f"{report['not_dropped']} schemas could not be dropped: see the log.")

    @click.command()
    @click.option("--dry-run", is_flag=True, help="Only print what would be done.")
    @as_json
    @command
    def reconcile(_: ControlServices, dry_run: bool, as_json: bool) -> None:
        """Compare Postgres, Redis and Kubernetes Jobs, and repair what does not match."""
        findings = maintenance.reconcile(dry_run=dry_run)
        if as_json:
            show_json(findings)
        else:
            show_rows("Would repair" if dry_run else "Repaired", findings, "Everything matches.")
        failed = sum(finding["failure"] is not None for finding in findings)
        if failed:
            raise Failed(f"{failed} of {len(findings)} could not be repaired.")

    create = _make_create(account_types)
    commands = [
        sessions,
        show,
        create,
        extend,
        destroy,
        reset,
        pool,
        show_stats,
        migrate,
        converted,
        leads,
        link,
        scenario,
        webhook,
    ]
    return click.Group(
        "demo",
        commands=[*commands, cleanup, reconcile, make_doctor(checks)],
        help="Look after demo sessions, their tenants and the pool.",
    )


def _show(services: ControlServices, session_id: str, secret: bool, as_json: bool) -> None:
    values = lookup.details(services.engine, session_id)
    if secret:
        session = services.sessions.fetch(session_id)
        values |= {"session_id": session_id, "session_token": services.sessions.token_for(session)}
    if as_json:
        show_json(values)
    else:
        show_values("Session", values)
