"""The operators' pages of leads: a list without personal data, and what is behind it, audited."""

import csv
import io
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from app.control.services import current_services
from app.insights.leads.service import Lead
from app.ops.access import current_operator

PER_PAGE = 50
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet."""
COLUMNS = (
    "created_at", "confirmed_at", "name", "email", "business", "message",
    "account_type", "scenario", "link", "language", "consent_version", "consent_text",
)  # fmt: skip

blueprint = Blueprint(
    "ops_leads", __name__, url_prefix="/ops/leads", template_folder="../../ops/templates"
)


@blueprint.get("/")
def index() -> str:
    """List leads by when and where from; who they are is shown one by one, and noted."""
    leads = current_services().leads
    page = max(1, request.args.get("page", 1, type=int))
    rows = leads.newest(PER_PAGE + 1, (page - 1) * PER_PAGE)
    return render_template(
        "ops_leads.html",
        leads=rows[:PER_PAGE],
        page=page,
        has_more=len(rows) > PER_PAGE,
        counts=leads.counts(),
        accesses=leads.accesses(20),
        is_open=leads.is_open,
        sends_mail=leads.sends_mail,
    )


@blueprint.get("/<uuid:lead>")
def show(lead: UUID) -> Response:
    """Show one lead, and note who looked."""
    found = current_services().leads.read(lead, user())
    return _private(Response(render_template("ops_lead.html", lead=found)))


@blueprint.get("/leads.csv")
def export() -> Response:
    """Give all leads as a table, and note who took it."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _row(each)] for each in _readable())
    response = Response(f"\ufeff{stream.getvalue()}", mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="leads.csv"'
    return _private(response)


@blueprint.post("/<uuid:lead>/delete")
def delete(lead: UUID) -> Response:
    """Delete a lead at its person's request, and note who did."""
    if not current_services().leads.delete_for([lead], user()):
        abort(404)
    return redirect(url_for("ops_leads.index"), 303)  # type: ignore[return-value]


def user() -> str:
    """Return the operator of the present request, whom the guard has let in."""
    return current_operator().name


def _readable() -> list[Lead]:
    return [each for each in current_services().leads.read_all(user()) if each.contact is not None]


def _row(lead: Lead) -> list[object]:
    contact, origin = lead.contact, lead.origin
    assert contact is not None
    return [
        lead.created_at,
        lead.confirmed_at,
        contact.name,
        contact.email,
        contact.business,
        contact.message,
        origin.account_type,
        origin.scenario,
        origin.link,
        origin.language,
        lead.consent_version,
        lead.consent_text,
    ]


def _cell(value: object) -> str:
    """Return a cell that a spreadsheet takes as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
