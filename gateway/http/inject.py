"""Passes the session and its tenant to the app, through the WSGI environ."""

from wsgiref.types import WSGIEnvironment

from gateway.messages import Refusal
from gateway.sessions.record import SessionRecord

TENANT_HEADER = "HTTP_X_TENANT_ID"
ADDRESS_DIGESTS_KEY = "masa_madre.address_digests"
SESSION_KEY = "masa_madre.session"
SESSION_ERROR_KEY = "masa_madre.session_error"
IDENTIFIED_KEY = "masa_madre.identified_session"
"""The record of the session whose credential was good, whether or not the request is refused."""
ENDED_KEY = "masa_madre.ended_session"
"""The id of the session that the request's credential was good for, until it ended."""
FAILED_CREDENTIAL_KEY = "masa_madre.failed_credential"
"""Set to True by the app when a credential that it checked itself was not good."""


def inject_tenant(environ: WSGIEnvironment, record: SessionRecord) -> None:
    """Set the tenant's header, which every service reads, and the session's record."""
    if record.tenant_id is None:
        raise ValueError(f"session {record.id} has no tenant to inject")
    environ[TENANT_HEADER] = str(record.tenant_id)
    environ[SESSION_KEY] = record


def tell_address(environ: WSGIEnvironment, digests: tuple[str, ...]) -> None:
    """Set the digests of the address that opens a session: today's, then yesterday's."""
    environ[ADDRESS_DIGESTS_KEY] = digests


def tell_session(environ: WSGIEnvironment, record: SessionRecord) -> None:
    """Set the session's record only, for an endpoint that needs no tenant."""
    environ[SESSION_KEY] = record


def tell_session_error(
    environ: WSGIEnvironment, refusal: Refusal, ended: str | None = None
) -> None:
    """Set the code of the refusal that a credential would have had elsewhere."""
    environ[SESSION_ERROR_KEY] = refusal.code
    if ended is not None:
        environ[ENDED_KEY] = ended
