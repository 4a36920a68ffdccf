"""`flask demo link`: make, list and revoke prospect links."""

import click
from flask.cli import with_appcontext
from pydantic import ValidationError

from app.control.operators.display import show_json, show_rows
from app.control.services import current_services
from app.insights.leads.cli import CLI, OperatorGroup
from app.insights.links.schemas import sentences_of, wanted_link
from app.insights.links.service import Link


@click.group("link", cls=OperatorGroup)
def link() -> None:
    """Make, list and revoke prospect links."""


@link.command()
@click.argument("account_type")
@click.option("--title", required=True, help="What the link is for; only operators read it.")
@click.option("--scenario", help="The situation to begin in.")
@click.option("--features", help="The modules to show, by commas; default: all.")
@click.option("--minutes", type=float, help="How long a session lasts; default: as any other.")
@click.option("--uses", type=int, help="How many sessions it may open; default: any number.")
@click.option("--days", type=float, help="How long it is good; default: until it is revoked.")
@click.option("--language", help="Two letters: the language of its page and demo.")
@click.option("--greeting", default="", help="What its page says.")
@click.option("--personal", multiple=True, help="NAME=VALUE: what the demo lets a visitor say.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@with_appcontext
def create(account_type: str, as_json: bool, **given: object) -> None:
    """Make a link for an account type."""
    features = str(given["features"] or "")
    personal = dict(str(each).partition("=")[::2] for each in given["personal"])  # type: ignore[attr-defined]
    choice = personal | {
        "demo_account_type": account_type,
        "scenario": given["scenario"],
        "features": [word.strip() for word in features.split(",") if word.strip()],
    }
    fields = {name: given[name] for name in ("title", "minutes", "days", "language", "greeting")}
    try:
        wanted = wanted_link(fields | {"max_uses": given["uses"]}, choice)
    except ValidationError as error:
        raise click.UsageError("\n".join(sentences_of(error))) from None
    made = current_services().links.make(wanted, CLI)
    if as_json:
        show_json(_row(made))
    else:
        click.echo(_row(made)["address"])


@link.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@with_appcontext
def list_links(as_json: bool) -> None:
    """List links, the newest first."""
    rows = [_row(each) for each in current_services().links.newest()]
    if as_json:
        show_json(rows)
    else:
        show_rows("Links", rows, "There is no link.")


@link.command()
@click.argument("code")
@with_appcontext
def revoke(code: str) -> None:
    """Have a link open nothing from now on."""
    current_services().links.fetch(code)
    current_services().links.revoke(code)


def _row(link: Link) -> dict[str, object]:
    settings = current_services().settings
    base = settings.public_url or f"http://127.0.0.1:{settings.port}"
    return {
        "address": f"{base}/d/{link.code}",
        "title": link.title,
        "account_type": link.account_type,
        "scenario": link.scenario,
        "uses": link.uses if link.max_uses is None else f"{link.uses} of {link.max_uses}",
        "state": link.state,
        "expires_at": link.expires_at,
    }
