"""`POST /api/demo/session/{id}/convert`, by an operator's password or by a CRM's signature."""

from datetime import datetime
from uuid import UUID

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel, Field
from standardwebhooks import Webhook, WebhookVerificationError

from app.control.services import current_services
from app.errors import FAILED_CREDENTIAL_KEY, Unauthorized
from app.http.parameters import ensure_known_parameters
from app.insights.conversions.service import convert
from app.ops.access import operator_of_request

CRM = "crm"
WHO = (
    "Dilo con el usuario `ops` o `marketing` y su contraseña, o firma la petición con "
    'CONVERT_SECRET (Standard Webhooks), con {"session": id} como cuerpo.'
)

blueprint = APIBlueprint("conversions", __name__, url_prefix="/api/demo", tag="Demo")
blueprint.before_request(ensure_known_parameters)


class ConversionOut(BaseModel):
    """A visitor who became a customer."""

    session: UUID = Field(description="La sesión, como la cuentan los webhooks.")
    converted_at: datetime = Field(description="Cuándo se dijo por primera vez.")
    is_new: bool = Field(description="Falso si ya se había dicho.")


@blueprint.post("/session/<id>/convert")
@blueprint.doc(
    summary="Decir que un visitante se ha hecho cliente.",
    description="Para marketing o un CRM; decirlo dos veces es decirlo una.",
)
@blueprint.output(ConversionOut)
def say_converted(id: str) -> dict[str, object]:
    """Say that the visitor of a session became a customer."""
    services = current_services()
    by = _who_says_so(id, services.settings.convert_secret)
    done = convert(services.engine, services.events, id, by)
    return {"session": done.session, "converted_at": done.converted_at, "is_new": done.is_new}


def _who_says_so(session: str, secret: str | None) -> str:
    """Return who sends the request.

    Raises:
        Unauthorized: neither an operator nor the CRM.
    """
    operator = operator_of_request(current_services().settings)
    if operator is not None:
        return operator
    if secret and "webhook-signature" in request.headers:
        if _is_signed_for(session, secret):
            return CRM
        request.environ[FAILED_CREDENTIAL_KEY] = True
    raise Unauthorized(WHO, code="ops_required")


def _is_signed_for(session: str, secret: str) -> bool:
    """Return True for a good signature over a body that names this session, and no other."""
    try:
        body = Webhook(secret).verify(request.get_data(), dict(request.headers))
    except (WebhookVerificationError, ValueError):  # the second: it is not even a signature
        return False
    return isinstance(body, dict) and body.get("session") == session
