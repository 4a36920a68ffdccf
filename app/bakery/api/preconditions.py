"""`If-Match`: a change is made only to the record that its client has seen.

The row of the record is locked before its ETag is compared: of two changes to the same version one
is refused, whichever comes first. Without the header the change is made, as it always was.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, request
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from app.bakery.api.answer import etag_of
from app.bakery.base import TenantBase
from app.errors import PreconditionFailed

CHANGED = "Alguien ha cambiado esto mientras tanto: vuelve a cargarlo y repite el cambio."
NO_RECORD = "Aquí no hay nada que comparar con If-Match."


def ensure_match(
    session: Session, record: type[TenantBase] | None, operation_of: Callable[[Any], Any]
) -> None:
    """Lock the record that the request changes, and check that it is the one that was seen.

    Raises:
        PreconditionFailed: the record has changed since; the header `ETag` has its present one.
        NotFound: there is no such record.
    """
    wanted = request.if_match
    if not wanted:
        return
    address = record_address()
    if record is None or address is None:
        raise PreconditionFailed(NO_RECORD)
    (key,) = inspect(record).primary_key
    (value,) = (request.view_args or {}).values()
    session.execute(select(key).where(key == value).with_for_update())
    present = _present_etag(session, address, operation_of)
    if not (wanted.star_tag or wanted.contains(present)):
        raise PreconditionFailed(CHANGED, headers={"ETag": f'"{present}"'})


def record_address() -> str | None:
    """Return the address of the record at, or below, which the request is; None for a list."""
    rule = str(request.url_rule).split("/")
    place = next((number for number, part in enumerate(rule) if part.startswith("<")), None)
    return None if place is None else "/".join(request.path.split("/")[: place + 1])


def _present_etag(session: Session, address: str, operation_of: Callable[[Any], Any]) -> str:
    try:
        endpoint, arguments = current_app.url_map.bind("").match(address, method="GET")
    except HTTPException:
        raise PreconditionFailed(NO_RECORD) from None
    operation = operation_of(current_app.view_functions[endpoint])
    if operation is None:
        raise PreconditionFailed(NO_RECORD)
    return etag_of(operation.render(operation.view.inside(session, **arguments)).body)
