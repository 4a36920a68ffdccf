"""The contact form of the API."""

from apiflask import APIBlueprint
from flask import request

from app.control.services import current_services
from app.http.json_body import ensure_json_body
from app.http.parameters import ensure_known_parameters
from app.insights.leads.consent import CURRENT, TEXTS
from app.insights.leads.schemas import ContactFormOut, ContactIn, ContactOut
from app.insights.leads.stamps import LEAST_SECONDS
from app.insights.leads.submission import leave_contact

blueprint = APIBlueprint("contact", __name__, url_prefix="/api/demo", tag="Contacto")
blueprint.before_request(ensure_known_parameters)
blueprint.before_request(lambda: ensure_json_body() if request.method == "POST" else None)


@blueprint.get("/contact")
@blueprint.doc(summary="Abrir el formulario de contacto: el texto que se acepta y la clave.")
@blueprint.output(ContactFormOut)
def show_form() -> tuple[dict[str, object], int, dict[str, str]]:
    """Open a contact form."""
    leads = current_services().leads
    _ = leads.sealing
    form = {
        "form_key": leads.stamps.make(),
        "consent_version": CURRENT,
        "consent_text": TEXTS[CURRENT],
        "opens_after_seconds": LEAST_SECONDS,
        "sends_mail": leads.sends_mail,
    }
    return form, 200, {"Cache-Control": "no-store"}


@blueprint.post("/contact")
@blueprint.doc(summary="Dejar un mensaje y un correo para la respuesta.")
@blueprint.input(ContactIn)
@blueprint.output(ContactOut, status_code=201)
def leave(json_data: ContactIn) -> dict[str, bool]:
    """Leave a message, with an address to answer to."""
    leave_contact(json_data)
    return {"received": True, "sends_mail": current_services().leads.sends_mail}
