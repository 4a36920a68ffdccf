"""Shows what a change would do without making it: what a real account does, and a demo may not.

The service itself does it, in a part of the transaction that is then undone, so that what is shown
is what it would be.
"""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.db import CHANGED, ROWS
from app.errors import Conflict, InvalidRequest
from app.web.inside.forms import Fault, fault_of


def try_out(session: Session, work: Callable[[], dict[str, Any]]) -> dict[str, Any] | Fault:
    """Return what the work would make, or what is wrong with what was asked.

    Nothing of it is kept, nor counted as a change or against the session's rows.
    """
    info = session.connection().info
    before = {name: info[name] for name in (ROWS, CHANGED)}
    undone = session.begin_nested()
    try:
        return work()
    except (ValidationError, InvalidRequest, Conflict) as error:
        return fault_of(error)
    finally:
        undone.rollback()
        info.update(before)
