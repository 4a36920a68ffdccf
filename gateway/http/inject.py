"""Tells the app what the gateway found out."""

from wsgiref.types import WSGIEnvironment

from gateway.messages import Refusal
from gateway.sessions.record import SessionRecord

TENANT_HEADER = "HTTP_X_TENANT_ID"
SESSION_KEY = "masa_madre.session"
SESSION_ERROR_KEY = "masa_madre.session_error"


def inject_tenant(environ: WSGIEnvironment, record: SessionRecord) -> None:
    """Name the tenant to the app, as the header that every service reads."""
    if record.tenant_id is None:
        raise ValueError(f"session {record.id} has no tenant to inject")
    environ[TENANT_HEADER] = str(record.tenant_id)
    environ[SESSION_KEY] = record


def tell_session(environ: WSGIEnvironment, record: SessionRecord) -> None:
    """Say whose session it is on a public endpoint, without giving access to a tenant."""
    environ[SESSION_KEY] = record


def tell_session_error(environ: WSGIEnvironment, refusal: Refusal) -> None:
    """Say why the credential that a public endpoint was sent counts for nothing."""
    environ[SESSION_ERROR_KEY] = refusal.code
