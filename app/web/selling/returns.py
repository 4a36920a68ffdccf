"""Returns: what comes back of a ticket, from the ticket's own page."""

from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import Session

from app.bakery.pos import returning
from app.bakery.pos.schemas import ReturnIn
from app.web.inside.forms import quantities_of, submit, text_of
from app.web.inside.frame import Answer, blueprint, in_bakery
from app.web.parts.notices import with_notice
from app.web.selling.tickets import TICKET, ensure_ticket_seen, show_ticket

FIELD = "d-"


@blueprint.post("/caja/tickets/<uuid:sale_id>/devolver")
@in_bakery("pos")
def take_back(session: Session, sale_id: UUID) -> Answer:
    """Take back the pieces that the form names, or all that are left."""

    def work() -> str:
        ensure_ticket_seen(session, sale_id)
        everything = text_of("todo") is not None
        asked = {
            "lines": None if everything else quantities_of(FIELD, request.form),
            "reason": text_of("razon"),
            "payment_method": text_of("como"),
        }
        back = returning.take_back(session, sale_id, ReturnIn.model_validate(asked))
        return with_notice(TICKET.format(id=back["id"]), "devolucion")

    answer = submit(session, work)
    return answer if isinstance(answer, Response) else show_ticket(session, sale_id, answer)
