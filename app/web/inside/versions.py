"""Versions: a form changes only the record that its visitor has seen.

The version is the ETag that the API gives the record. A form of an older one is refused, shown
again with all that was written and with the record as it is now, and can then be sent again.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.bakery.api.answer import etag_of
from app.bakery.base import TenantBase
from app.errors import Conflict
from app.language.texts import N_
from app.web.inside.forms import text_of

FIELD = "version"
CHANGED = "record_changed"
"""The code of the refusal."""
SENTENCE = N_(
    "Alguien ha cambiado esto mientras tanto. Lo que habías escrito sigue aquí: mira cómo está "
    "ahora y, si aún vale, vuelve a enviarlo."
)


def version_of(record: BaseModel) -> str:
    """Return what changes with a record: the ETag of the API's answer."""
    return etag_of(record.model_dump_json(by_alias=True).encode())


def ensure_seen(
    session: Session, table: type[TenantBase], key: Any, fetch: Callable[[], BaseModel]
) -> None:
    """Lock a record, and check that it is the one that the form was drawn with.

    A form without a version changes the record as it is, as a request without `If-Match` does.

    Raises:
        Conflict: it has changed since.
    """
    seen = text_of(FIELD)
    if seen is None:
        return
    (column,) = inspect(table).primary_key
    session.execute(select(column).where(column == key).with_for_update())
    if version_of(fetch()) != seen:
        raise Conflict(SENTENCE, code=CHANGED)
