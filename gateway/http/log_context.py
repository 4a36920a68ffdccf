"""The request id, and the fields that every log line of a request carries."""

import re
import traceback
from uuid import uuid4
from wsgiref.types import WSGIEnvironment

from structlog.contextvars import bind_contextvars, unbind_contextvars

from gateway.sessions.record import SessionRecord

REQUEST_ID_HEADER = "HTTP_X_REQUEST_ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_KEYS = ("request_id", "session", "tenant_id")


def ensure_request_id(environ: WSGIEnvironment) -> str:
    """Return the client's request id if it is a plain word, else a new one; the environ gets it."""
    given = environ.get(REQUEST_ID_HEADER, "")
    request_id: str = given if _SANE.fullmatch(given) else uuid4().hex
    environ[REQUEST_ID_HEADER] = request_id
    return request_id


def bind_request(request_id: str) -> None:
    """Start the log context of a request, without what an earlier one on this thread left."""
    unbind_contextvars(*_KEYS)
    bind_contextvars(request_id=request_id)


def bind_session(record: SessionRecord) -> None:
    """Add the session's row id and its tenant to the log context, never the secret."""
    tenant_id = str(record.tenant_id) if record.tenant_id else None
    bind_contextvars(session=str(record.id), tenant_id=tenant_id)


def clear_request() -> None:
    """End the log context of a request."""
    unbind_contextvars(*_KEYS)


def without_values(error: BaseException) -> dict[str, str]:
    """Return an error's type and stack for a log line.

    The message and the local variables are left out: a database driver repeats the parameters of
    its query in the one, some log formats print the other, and either may be a session's secret.
    """
    where = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__qualname__,
        "where": " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(where)),
    }
