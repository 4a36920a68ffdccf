"""`flask demo scenario`: save a session as a scenario, list, rename and delete those."""

from typing import Any
from uuid import UUID

import click

from app.control.operators import lookup
from app.control.operators.command import as_json, command
from app.control.operators.display import show_json, show_rows
from app.control.scenarios.service import Author
from app.control.services import ControlServices

CLI = Author("command line")
COLUMNS = ("name", "account_type", "title", "state", "step", "saved_at", "moved_days", "failure")

texts = (
    click.option("--title", required=True, help="In Spanish, in a word or two."),
    click.option("--sentence", required=True, help="In Spanish: the situation in a sentence."),
    click.option("--look-at", multiple=True, help="In Spanish: what is worth a look; several."),
)


def _with_texts(function: Any) -> Any:
    for option in reversed(texts):
        function = option(function)
    return function


@click.group("scenario")
def scenario() -> None:
    """Save sessions as scenarios, list, rename and delete them."""


@scenario.command()
@click.argument("session")
@click.argument("name")
@_with_texts
@command
def save(
    services: ControlServices,
    session: str,
    name: str,
    title: str,
    sentence: str,
    look_at: tuple[str, ...],
) -> None:
    """Have a worker save a session as the scenario NAME. SESSION is its id, or its beginning."""
    found = lookup.details(services.engine, lookup.find_session_id(services.engine, session))
    given = {"name": name, "title": title, "description": sentence, "look_at": look_at}
    services.scenarios.save(UUID(str(found["id"])), given, CLI)
    click.echo(f"A worker saves it: `flask demo scenario list` shows how far {name} is.")


@scenario.command("list")
@as_json
@command
def list_scenarios(services: ControlServices, as_json: bool) -> None:
    """List saved scenarios, and those that are being saved or deleted."""
    rows = [{name: getattr(one, name) for name in COLUMNS} for one in services.scenarios.saved()]
    if as_json:
        show_json(rows)
    else:
        show_rows("Saved scenarios", rows, "No session was saved as a scenario.")


@scenario.command()
@click.argument("name")
@_with_texts
@command
def rename(
    services: ControlServices, name: str, title: str, sentence: str, look_at: tuple[str, ...]
) -> None:
    """Change what visitors read of the scenario NAME."""
    given = {"title": title, "description": sentence, "look_at": look_at}
    services.scenarios.rename(name, given, CLI)


@scenario.command()
@click.argument("name")
@command
def delete(services: ControlServices, name: str) -> None:
    """Have a worker delete the scenario NAME and its template; refused while it is used."""
    services.scenarios.delete(name, CLI)
