"""Takes one use of a prospect link, in the transaction that opens the session."""

from sqlalchemy import Connection

from app.errors import Conflict
from app.sql_blocks import load_statements

_CLAIM = load_statements("app.insights.links", "links")["claim_link"]


class LinkClosed(Conflict):
    """A link was revoked, is over, or was used as often as it may be."""


def claim_link(connection: Connection, code: str) -> None:
    """Count one use; rolled back with the transaction.

    Raises:
        LinkClosed: the link may not be used, or not any more.
    """
    if connection.execute(_CLAIM, {"code": code}).one_or_none() is None:
        raise LinkClosed(
            "Este enlace ya no abre demos. Puedes abrir una desde la página principal.",
            code="link_closed",
        )
