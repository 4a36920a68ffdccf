"""Leaves a contact for the present request: the API's and the page's form do the same."""

from typing import Any

from flask import request

from app.control.services import current_services
from app.control.sessions.caller import SESSION_KEY
from app.insights.leads.schemas import ContactIn
from app.insights.leads.service import Contact, Origin
from app.language.texts import current_language


def leave_contact(asked: ContactIn) -> None:
    """Keep what a person wrote; what a robot wrote is dropped, and looks the same to it.

    Raises:
        InvalidRequest, TooManyRequests, Unavailable: as `Leads.take`.
    """
    leads = current_services().leads
    _ = leads.sealing
    if asked.website:
        return
    contact = Contact(asked.name, asked.email, asked.business, asked.message, asked.consent_version)
    record: Any = request.environ.get(SESSION_KEY)
    if leads.take(contact, origin_of_request(), asked.form_key) is not None:
        place = "outside" if record is None else "demo"
        session = None if record is None else record.id
        current_services().events.record("left_contact", session=session, place=place)


def origin_of_request() -> Origin:
    """Return where the present request comes from, in words that do not lead to its session."""
    language = current_language().code
    record: Any = request.environ.get(SESSION_KEY)
    session = None if record is None else current_services().sessions.find(record.session_id)
    if session is None:
        return Origin(language=language)
    choices = session.choices
    return Origin(session.account_type, choices.scenario, choices.link, language)
