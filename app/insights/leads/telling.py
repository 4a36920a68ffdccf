"""Tells endpoints of a lead: encrypted in the log, like the lead itself, and deleted with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection

from app.insights.sealing import Sealing
from app.insights.webhooks.service import queue_message

if TYPE_CHECKING:
    from app.insights.leads.service import Contact, Origin


def tell_of_lead(
    connection: Connection,
    sealing: Sealing,
    lead: UUID,
    contact: Contact,
    origin: Origin,
    *,
    is_confirmed: bool,
) -> None:
    """Queue `lead.created`, once for a lead, in the transaction that makes or confirms it."""
    about = {
        "lead": str(lead),
        "confirmed": is_confirmed,
        "name": contact.name,
        "email": contact.email,
        "business": contact.business,
        "message": contact.message,
        "consent_version": contact.consent_version,
        "account_type": origin.account_type,
        "scenario": origin.scenario,
        "link": origin.link,
        "language": origin.language,
    }
    once = f"lead.created {lead}"
    queue_message(connection, "lead.created", sealed=sealing.seal(about), lead=lead, once=once)
