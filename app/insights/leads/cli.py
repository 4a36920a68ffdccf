"""`flask demo leads`: change the key that encrypts leads, and do what a person asks for."""

import click
from flask.cli import with_appcontext

from app.control.services import current_services
from app.errors import AppError
from app.insights.leads.resealing import reseal_leads
from app.insights.webhooks.service import reseal_webhooks

CLI = "command line"
CLOSED = "LEADS_KEYS is not set: leads cannot be read."


class OperatorGroup(click.Group):
    """Turns a refusal into a sentence."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what is refused ends with 1."""
        try:
            return super().invoke(ctx)
        except AppError as error:
            is_closed = error.error_code == "contact_closed"
            raise click.ClickException(CLOSED if is_closed else error.detail) from error


@click.group("leads", cls=OperatorGroup)
def leads() -> None:
    """Look after leads."""


@leads.command()
@with_appcontext
def reencrypt() -> None:
    """Encrypt leads and webhooks' secrets under the newest of LEADS_KEYS; older ones may go then.

    Exit 1 when one is encrypted under a key that is no longer there: it is left as it is.
    """
    services = current_services()
    report = reseal_leads(services.engine, services.leads.sealing)
    unreadable = report.unreadable + reseal_webhooks(services.engine, services.leads.sealing)
    click.echo(f"{report.resealed} leads are encrypted under the newest key.")
    if unreadable:
        raise click.ClickException(f"{unreadable} rows are read by none of LEADS_KEYS.")


@leads.command()
@click.argument("email")
@with_appcontext
def show(email: str) -> None:
    """Print what is kept of an address, for a person who asks."""
    service = current_services().leads
    for lead in service.find_ids(email):
        found = service.read(lead, CLI)
        state = "confirmed" if found.confirmed_at else "unconfirmed"
        contact = found.contact
        assert contact is not None, "its address was found by a key"
        written = (contact.name, contact.email, contact.business, contact.message)
        click.echo(" · ".join([str(found.id), f"{found.created_at:%Y-%m-%d}", state, *written]))


@leads.command()
@click.argument("email")
@with_appcontext
def delete(email: str) -> None:
    """Delete what is kept of an address, for a person who asks."""
    service = current_services().leads
    click.echo(f"{service.delete_for(service.find_ids(email), CLI)} leads are deleted.")
