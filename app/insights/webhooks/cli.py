"""`flask demo webhook`: endpoints, their secrets, and sending again."""

from uuid import UUID

import click
from flask.cli import with_appcontext

from app.control.operators.display import show_json, show_rows
from app.control.services import current_services
from app.insights.leads.cli import CLI, OperatorGroup
from app.insights.webhooks.kinds import KINDS


@click.group("webhook", cls=OperatorGroup)
def webhook() -> None:
    """Look after webhooks."""


@webhook.command()
@click.argument("url")
@click.option("--title", required=True, help="What it is.")
@click.option("--kinds", default=",".join(KINDS), show_default=True, help="By commas.")
@with_appcontext
def add(url: str, title: str, kinds: str) -> None:
    """Add an endpoint; prints its id and its secret, which is shown this once."""
    wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    added = current_services().webhooks.add(title, url, wanted, CLI)
    click.echo(f"{added.id} {added.secret}")


@webhook.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@with_appcontext
def list_endpoints(as_json: bool) -> None:
    """List endpoints."""
    names = ("id", "title", "url", "kinds", "waiting", "delivered", "dead", "disabled_at")
    found = current_services().webhooks.endpoints()
    rows = [{name: getattr(row, name) for name in names} for row in found]
    if as_json:
        show_json(rows)
    else:
        show_rows("Endpoints", rows, "There is no endpoint.")


@webhook.command()
@click.argument("endpoint", type=click.UUID)
@with_appcontext
def rotate(endpoint: UUID) -> None:
    """Give an endpoint a second secret; prints it. Both sign until `retire`."""
    click.echo(current_services().webhooks.rotate(endpoint).secret)


@webhook.command()
@click.argument("endpoint", type=click.UUID)
@with_appcontext
def retire(endpoint: UUID) -> None:
    """Sign with the newest secret only."""
    current_services().webhooks.retire(endpoint)


@webhook.command()
@click.argument("endpoint", type=click.UUID)
@with_appcontext
def remove(endpoint: UUID) -> None:
    """Delete an endpoint with its log."""
    current_services().webhooks.remove(endpoint)


@webhook.command()
@click.argument("delivery", type=int, required=False)
@with_appcontext
def replay(delivery: int | None) -> None:
    """Send a delivery again; without its number, all that are dead."""
    click.echo(f"{current_services().webhooks.replay(delivery)} deliveries are sent again.")
