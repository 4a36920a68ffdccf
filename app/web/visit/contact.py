"""The contact form, and the page where a person sees, takes and deletes what they left with us."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from pydantic import ValidationError

from app.control.services import current_services
from app.control.sessions.caller import SESSION_KEY
from app.errors import AppError, InvalidRequest
from app.insights.leads.consent import TEXTS, language_of, version_in
from app.insights.leads.schemas import ContactIn
from app.insights.leads.service import Lead
from app.insights.leads.submission import leave_contact
from app.language.texts import current_language
from app.web.parts.notices import PARAMETER, find_notice, with_notice
from app.web.visit.landing import blueprint as outside

FIELDS = {
    "name": "nombre",
    "email": "correo",
    "business": "negocio",
    "message": "mensaje",
    "consent": "acepto",
}
"""The fields that may be wrong, as the page names them, in the page's order."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field, for the summary and beside the field."""

    field: str
    sentence: str


@outside.get("/contacto")
def contact() -> Response:
    """Show the contact form."""
    is_open = current_services().leads.is_open
    return _form(status=HTTPStatus.OK if is_open else HTTPStatus.SERVICE_UNAVAILABLE)


@outside.post("/contacto")
def send_contact() -> Response:
    """Keep what a person wrote, or show the form again with what is missing."""
    leads = current_services().leads
    try:
        leave_contact(ContactIn.model_validate(_written()))
    except ValidationError as error:
        return _form(_errors_of(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except InvalidRequest as error:
        is_outdated = error.error_code == "form_outdated"
        found = [FieldError("enviar", error.detail)]
        return _form(found, status=error.status, renew=is_outdated)
    except AppError as error:
        response = _form([FieldError("enviar", error.detail)], status=error.status)
        response.headers.update(error.headers)
        return response
    return _lead("/contacto", "contacto" if leads.sends_mail else "contacto-sin-correo")


@outside.get("/contacto/datos/<token>")
def own_data(token: str) -> Response:
    """Show a person what they left, with what they can do about it."""
    return _private(
        render_template(
            "visit/contact_data.html",
            lead=current_services().leads.fetch_by_token(token),
            token=token,
            notice=find_notice(request.args.get(PARAMETER)),
        )
    )


@outside.post("/contacto/datos/<token>/confirmar")
def confirm_address(token: str) -> Response:
    """Note that the address is the person's. A form, since programs that read mail follow links."""
    current_services().leads.confirm(token)
    return _lead(f"/contacto/datos/{token}", "contacto-confirmado")


@outside.post("/contacto/datos/<token>/borrar")
def delete_data(token: str) -> Response:
    """Delete what the person left."""
    current_services().leads.delete(token)
    return _lead("/contacto", "contacto-borrado")


@outside.get("/contacto/datos/<token>/datos.json")
def export_data(token: str) -> Response:
    """Give the person what they left, as a file."""
    lead = current_services().leads.fetch_by_token(token)
    response = _private(json.dumps(as_document(lead), ensure_ascii=False, indent=2))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="mis-datos.json"'
    return response


def as_document(lead: Lead) -> dict[str, Any]:
    """Return a lead as its person gets it."""
    contact = lead.contact
    written = {} if contact is None else {name: getattr(contact, name) for name in WRITTEN}
    return written | {
        "created_at": lead.created_at.isoformat(),
        "confirmed_at": lead.confirmed_at.isoformat() if lead.confirmed_at else None,
        "consent_version": lead.consent_version,
        "consent_text": lead.consent_text,
        "account_type": lead.origin.account_type,
        "scenario": lead.origin.scenario,
        "link": lead.origin.link,
    }


WRITTEN = ("name", "email", "business", "message")


def _written() -> dict[str, Any]:
    form = request.form
    written: dict[str, Any] = {name: form.get(FIELDS[name], "") for name in WRITTEN}
    return written | {
        "consent": form.get("acepto") == "si",
        "consent_version": form.get("version", ""),
        "form_key": form.get("clave", ""),
        "website": form.get("web", ""),
    }


def _errors_of(error: ValidationError) -> list[FieldError]:
    """Return what is wrong, one sentence a field, in the page's order."""
    found: dict[str, str] = {}
    for item in error.errors():
        name = FIELDS.get(str(item["loc"][0]) if item["loc"] else "", "enviar")
        found.setdefault(name, item["msg"])
    order = [*FIELDS.values(), "enviar"]
    return [FieldError(name, found[name]) for name in sorted(found, key=order.index)]


def _form(
    errors: list[FieldError] | None = None, *, status: int = HTTPStatus.OK, renew: bool = False
) -> Response:
    leads = current_services().leads
    version = version_in(current_language().code)
    kept = "" if renew else request.form.get("clave", "")
    page = render_template(
        "visit/contact.html",
        is_open=leads.is_open,
        errors=errors or [],
        wrong={each.field: each.sentence for each in errors or []},
        given=request.form,
        stamp=kept or leads.stamps.make(),
        version=version,
        consent=TEXTS[version],
        consent_language=language_of(version),
        in_demo=request.environ.get(SESSION_KEY) is not None,
        notice=find_notice(request.args.get(PARAMETER)),
    )
    return _private(page, status)


def _lead(address: str, code: str) -> Response:
    response = redirect(with_notice(address, code), HTTPStatus.SEE_OTHER, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response


def _private(page: str, status: int = HTTPStatus.OK) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
