"""The day's purchasing run of an account, which nobody has to ask for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bakery.business.models import Business
from app.bakery.modules import MODULES
from app.bakery.procurement.running import run
from app.bakery.procurement.schemas import RunIn
from app.bakery.procurement.service import select_suggestions
from app.bakery.suppliers.models import Supplier

NOTE = "Ronda programada"


def run_daily(session: Session) -> int:
    """Draft purchase orders for what runs low; return how many.

    What is on order is not suggested again, so a second run on a day drafts nothing, and where
    nothing is wanted no run is noted.
    """
    model = session.scalar(select(Business.business_model))
    if model is None or "procurement" not in MODULES[model]:
        return 0
    if session.execute(select_suggestions().where(Supplier.id.is_not(None))).first() is None:
        return 0
    return int(run(session, RunIn(notes=NOTE))["orders"])
