"""The day's purchasing run of an account, which comes by itself."""

from sqlalchemy.orm import Session

from app.bakery.business.models import BusinessModel
from app.bakery.modules import MODULES
from app.bakery.procurement.running import run
from app.bakery.procurement.schemas import RunIn
from app.bakery.procurement.service import select_suggestions
from app.bakery.suppliers.models import Supplier

NOTE = "Ronda programada"


def run_daily(session: Session, account_type: str) -> int:
    """Draft purchase orders for what runs low; return how many.

    What is on order is not suggested again, so a second run on a day drafts nothing, and where
    nothing is wanted no run is noted.
    """
    if "procurement" not in MODULES[BusinessModel(account_type)]:
        return 0
    if session.execute(select_suggestions().where(Supplier.id.is_not(None))).first() is None:
        return 0
    return int(run(session, RunIn(notes=NOTE))["orders"])
